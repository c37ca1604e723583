import { expect, it } from 'vitest';
import { encodeVideo } from '../../bench/support/index.js';
import { DecodeAdmission } from '../../src/media/decode-admission.js';

const [WIDTH, HEIGHT] = [320, 192];
/** Of which two seconds are saved up: some sixteen large pictures. */
const RATE = WIDTH * HEIGHT * 8;

it.each(['H264', 'AV1'] as const)(
  '%s: where the picture that was for a new decoder is refused, the next that is decoded is for one',
  (codec) => {
    const key = (width: number, height: number) => {
      const [picture] = encodeVideo({
        codec,
        ...{ width, height, framesPerSecond: 10, frames: 1, keyFrameEvery: 1 },
        draw: (_, rgb) => rgb.fill(90),
      });
      return { data: picture!.data, keyFrame: true, timestamp: 0, arrivalMs: 0 };
    };
    const [large, small] = [key(WIDTH, HEIGHT), key(160, 96)];
    const admission = new DecodeAdmission(codec, RATE);
    let last = admission.admit(large, 1000);
    for (let i = 0; i < 40 && last.refusal === null; i++) last = admission.admit(large, 1000);
    expect(last.refusal).toBe('pixel-rate');
    expect(admission.admit(small, 1000)).toEqual({ refusal: 'pixel-rate', afresh: false });
    // The decoder still has what it had of the large one.
    expect(admission.admit(small, 11_000)).toEqual({ refusal: null, afresh: true });
    expect(admission.admit(small, 11_100)).toEqual({ refusal: null, afresh: false });
  },
);
