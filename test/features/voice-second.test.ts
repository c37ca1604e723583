import { describe, expect, it } from 'vitest';
import { MEL_BANDS, type VoiceObservation } from '../../src/features/types.js';
import { takeSecond } from '../../src/features/voice-second.js';
import type { Timed } from '../../src/streams/types.js';

/** 100 ms whose samples count up from `first`. */
function block(mediaTime: number, first: number, speechFrames = 10): Timed<VoiceObservation> {
  const samples = Float32Array.from({ length: 1600 }, (_, i) => first + i);
  const value = { mel: new Float32Array(10 * MEL_BANDS), frames: 10, speechFrames, snrDb: 20, samples };
  return { mediaTime, durationMs: 100, arrivalMs: mediaTime + 100, decodedMs: mediaTime + 100, value };
}
const sound = (from: number, to: number, offset = 0): Timed<VoiceObservation>[] =>
  Array.from({ length: (to - from) / 100 }, (_, i) => block(from + i * 100 + offset, i * 1600));
const window = (audio: Timed<VoiceObservation>[]) => ({ audio, startMs: 5000, endMs: 6000 });

describe('the sound of a window’s own second', () => {
  it('is what was said between its times, whatever the cut of the blocks', () => {
    const second = takeSecond(window(sound(4950, 6150)))!;
    expect(second).toEqual(Float32Array.from({ length: 16_000 }, (_, i) => 800 + i));
  });

  it.each([0.3, 1, -2, 4.9])('is the same sound where the clock is %s ms off: it is cut between frames', (offset) => {
    const exact = takeSecond(window(sound(4950, 6150)))!;
    expect(takeSecond(window(sound(4950, 6150, offset)))).toEqual(exact);
  });

  it('has no breaks where the clock is slewed, and zeros where no sound came', () => {
    const slewed = sound(5000, 5500).map((each, i) => ({ ...each, mediaTime: each.mediaTime + 2 * i }));
    const second = takeSecond(window([...slewed, ...sound(5700, 5900)]))!;
    expect(second.subarray(0, 8000)).toEqual(Float32Array.from({ length: 8000 }, (_, i) => i));
    expect(second.subarray(8000, 11_200)).toEqual(new Float32Array(3200));
    expect(second.subarray(11_200, 14_400)).toEqual(Float32Array.from({ length: 3200 }, (_, i) => i));
    expect(second.subarray(14_400)).toEqual(new Float32Array(1600));
  });

  it('is none where hardly anything is said in it, though before it there was', () => {
    const quiet = sound(5000, 6000).map((each) => ({ ...each, value: { ...each.value, speechFrames: 1 } }));
    expect(takeSecond(window([...sound(4000, 5000), ...quiet]))).toBeNull();
  });

  it('is let go of when it was taken, but for what the next second needs', () => {
    const audio = sound(3000, 6050 + 50);
    takeSecond(window(audio));
    expect(audio.filter(({ value }) => value.samples.length > 0).map(({ mediaTime }) => mediaTime)).toEqual([6000]);
    const straddling = sound(4950, 6150);
    takeSecond(window(straddling));
    const next = takeSecond({ audio: [...straddling, ...sound(6150, 7050)], startMs: 6000, endMs: 7000 })!;
    expect(next.subarray(0, 3)).toEqual(Float32Array.of(16_800, 16_801, 16_802));
  });
});
