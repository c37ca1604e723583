import { AV_PIX_FMT_RGB24, AV_PIX_FMT_YUV420P, SWS_BILINEAR } from 'node-av';
import { openRecording } from '../../src/files/child/recording.js';
import { joinFloats } from '../../src/training/join-floats.js';
import { PictureConverter } from '../../src/media/conversion.js';
import { upsample } from '../parity/voice-track.js';
import { encodeOpus } from '../support/encode-audio.js';
import { encodeVideo } from '../support/encode-video.js';
import { type Recording, streamed } from '../support/recording.js';

export interface Camera {
  width: number;
  height: number;
  framesPerSecond: number;
  bitRate: number;
  keyFrameEvery: number;
}

/** What a file holds, decoded and encoded once more for a call. */
export function encodedAgain(path: string, { width, height, framesPerSecond, ...rates }: Camera): Recording {
  const file = openRecording(path, 'recording');
  const size = { width, height };
  const toRgb = new PictureConverter(
    { ...size, format: AV_PIX_FMT_YUV420P },
    { ...size, format: AV_PIX_FMT_RGB24 },
    SWS_BILINEAR,
  );
  try {
    const pictures: Uint8Array[] = [];
    for (let next = file.picture(); next; next = file.picture()) {
      pictures.push(Uint8Array.from(toRgb.convertPacked(next.frame.yuv)));
    }
    const encoded = encodeVideo({
      ...{ codec: 'VP8', ...size, framesPerSecond, frames: pictures.length, ...rates },
      draw: (index, rgb) => rgb.set(pictures[index]!),
    });
    const sound: Float32Array[] = [];
    for (let chunk = file.sound(); chunk; chunk = file.sound()) sound.push(chunk.samples);
    return {
      video: { codec: 'VP8', framesPerSecond, frames: streamed(encoded) },
      audio: { packets: encodeOpus(upsample(joinFloats(sound))) },
    };
  } finally {
    toRgb.close();
    file.close();
  }
}
