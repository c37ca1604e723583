import { parentPort, workerData } from 'node:worker_threads';
import { AudioDecoder } from '../../../src/media/audio-decoder.js';
import { liveDecoders } from '../../../src/media/index.js';
import { VideoDecoder } from '../../../src/media/video-decoder.js';

/** Decodes what it is given in its own thread, and says what came out. `leave`: it ends without closing anything. */
const { pictures, sounds, leave } = workerData as { pictures: Uint8Array[]; sounds: Uint8Array[]; leave: boolean };
const video = new VideoDecoder('VP8', { longestSide: 640 });
const audio = new AudioDecoder();
const decoded = pictures.flatMap((data, index) => video.decode(data, index, () => true)).length;
const samples = sounds
  .flatMap((data, index) => audio.decode(data, index * 960))
  .reduce((sum, s) => sum + s.samples.length, 0);
if (!leave) {
  video.close();
  audio.close();
}
parentPort?.postMessage({ decoded, samples, live: liveDecoders() });
