import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { facePatch } from '../../../bench/parity/face-patch.js';
import { upsample } from '../../../bench/parity/voice-track.js';
import { encodeVideo, makeRecording } from '../../../bench/support/index.js';
import type { VideoCodec } from '../../../src/sfu/types.js';
import { VideoDecoder } from '../../../src/media/video-decoder.js';
import { decodeAudio } from '../../../src/training/data/decode-audio.js';
import { decodePictures } from '../../../src/training/data/decode-pictures.js';
import { throughOpus } from '../../../src/training/opus-coding.js';
import { plantOverrun } from '../../fuzz/plant.js';
import { pictureFile, writeFilm } from '../../training/support/film.js';
import { wavFile } from '../../training/support/wav.js';
import { videoReceiver, videoTrack } from './drive.js';
import { drawRamp, psnrOfColumns } from './ramp.js';
import { rgbOf } from '../../support/yuv.js';

/**
 * Entry of a process in which pictures of the sizes of real calls go through encoders, decoders and readers. Writes one line of
 * JSON for each: what it was, and the worst PSNR of the last pictures and of their last columns.
 */
interface Job {
  part: 'decode' | 'change' | 'read' | 'bench' | 'plant';
  sizes: [number, number][];
}
const job = JSON.parse(process.argv[2] ?? '') as Job;

/** Enough for what was written outside to be looked at by somebody: of small pictures many lie beside each other, a large one is alone. */
const roundsOf = (width: number, height: number): number => (width * height > 640 * 480 ? 2 : 10);

type Pictured = { width: number; height: number; rgb: Uint8Array };
/** Twice: the second waits until what the first found is freed, and looked at. */
const collect = (): void => {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
  gc?.();
};
function tell(what: string, pictures: readonly Pictured[]): void {
  const worst = (from: (picture: Pictured) => number): number =>
    Math.min(...pictures.slice(-4).map((picture) => psnrOfColumns(picture, from(picture), picture.width)));
  const edge = worst(({ width }) => width - (width % 16 || 16));
  console.log(JSON.stringify({ what, pictures: pictures.length, whole: worst(() => 0), edge }));
  collect();
}

const ramps = (width: number, height: number): Pictured => {
  const rgb = new Uint8Array(width * height * 3);
  drawRamp(width, height, rgb);
  return { width, height, rgb };
};
const CODECS = ['VP8', 'VP9', 'H264', 'AV1'] as const;
const source = (codec: VideoCodec, width: number, height: number) => {
  const picture = ramps(width, height);
  return {
    codec,
    width,
    height,
    framesPerSecond: 10,
    frames: 4,
    keyFrameEvery: 4,
    bitRate: 2_000_000,
    draw: (_: number, rgb: Uint8Array) => rgb.set(picture.rgb),
  };
};
/** 4:2:0 has no odd sides in H.264. */
const has = (codec: VideoCodec, [width, height]: [number, number]): boolean =>
  codec !== 'H264' || (width % 2 === 0 && height % 2 === 0);

const parts: Record<Job['part'], () => void | Promise<void>> = {
  decode: () => {
    for (const codec of CODECS) {
      for (const [width, height] of job.sizes.filter((size) => has(codec, size))) {
        const decoder = new VideoDecoder(codec, { longestSide: 640 });
        const encoded = encodeVideo(source(codec, width, height));
        const play = () => encoded.flatMap(({ data }, tag) => decoder.decode(data, tag, () => true));
        for (let round = 1; round < roundsOf(width, height); round++) play();
        const pictures = play().map(rgbOf);
        decoder.close();
        tell(`${codec} ${String(width)}x${String(height)}`, pictures);
      }
    }
  },
  change: () => {
    for (const codec of CODECS) {
      const { receiver, frames, play } = videoReceiver(codec);
      let at = 0;
      const recordings = job.sizes
        .filter((size) => has(codec, size))
        .map(([width, height]) => makeRecording({ video: source(codec, width, height) }));
      for (const recording of [...recordings, ...[...recordings].reverse()]) {
        play(videoTrack(recording, { ssrc: 1000 + at }), { from: at, to: (at += 400) });
      }
      receiver.close();
      tell(`${codec} changes`, frames.map(rgbOf));
    }
  },
  read: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'emostream-sizes-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    for (const [width, height] of job.sizes) {
      const picture = ramps(width, height);
      const size = `${String(width)}x${String(height)}`;
      for (const kind of ['png', 'jpg', 'bmp', 'webp'] as const) {
        tell(`${kind} ${size}`, await decodePictures(pictureFile(kind, picture), kind, 1));
      }
      // H.264 of MP4 needs even sides.
      const even = ramps(width & ~1, height & ~1);
      for (const kind of ['mp4', 'flv']) {
        const film = await writeFilm(join(folder, `a.${kind}`), { pictures: Array.from({ length: 6 }, () => even) });
        for (const longest of [640, 100]) {
          tell(`${kind} ${size} ${String(longest)}`, await decodePictures(film, kind, 4, longest));
        }
      }
    }
    for (const length of [1000, 4801, 16_003]) await decodeAudio(wavFile(new Float32Array(length).fill(0.1)), 'a.wav');
    throughOpus(new Float32Array(16_000).fill(0.1), 24_000);
    collect();
  },
  bench: () => {
    for (let side = 40; side < 140; side++) facePatch(new Uint8Array(48 * 48).fill(100), side);
    for (const length of [1, 160, 999, 16_001]) upsample(new Float32Array(length).fill(0.1));
    collect();
  },
  plant: () => {
    plantOverrun();
    collect();
  },
};

await parts[job.part]();
console.log('"end"');
