import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  frameCount,
  LOG_FLOOR,
  logMel,
  LogMelStream,
  MEL_SILENCE,
  normaliseLogMel,
  SAMPLE_RATE,
} from '../../src/features/log-mel.js';
import { MEL_BANDS, MEL_FRAMES } from '../../src/features/types.js';

/** Deterministic test sound: three tones and a hash noise. */
function sound(length: number, gain = 0.3): Float32Array {
  return Float32Array.from({ length }, (_, n) => {
    const noise = ((Math.imul(n + 1, 2654435761) >>> 0) / 2 ** 32 - 0.5) * 0.1;
    const tones = [220, 1330, 5200].reduce((sum, hz) => sum + Math.sin((2 * Math.PI * hz * n) / SAMPLE_RATE), 0);
    return gain * (tones / 3 + noise);
  });
}

/** The definition, written out: windowed discrete Fourier transform, HTK triangles, logarithm. No code is shared. */
function referenceFrame(samples: Float32Array, start: number): number[] {
  const mel = (hz: number): number => (2595 * Math.log(1 + hz / 700)) / Math.LN10;
  const power = Array.from({ length: 257 }, (_, k) => {
    let re = 0;
    let im = 0;
    for (let n = 0; n < 400; n++) {
      const value = samples[start + n]! * Math.sin((Math.PI * n) / 400) ** 2;
      re += value * Math.cos((2 * Math.PI * k * n) / 512);
      im -= value * Math.sin((2 * Math.PI * k * n) / 512);
    }
    return (re * re + im * im) / 400;
  });
  const [low, high] = [mel(60), mel(7600)];
  return Array.from({ length: 64 }, (_, band) => {
    const corner = (i: number): number => 700 * (10 ** ((low + ((band + i) * (high - low)) / 65) / 2595) - 1);
    const [left, centre, right] = [corner(0), corner(1), corner(2)];
    const sum = power.reduce((total, p, k) => {
      const hz = (k * 16_000) / 512;
      return total + p * Math.max(0, Math.min((hz - left) / (centre - left), (right - hz) / (right - centre)));
    }, 0);
    return Math.log(Math.max(sum, 1e-12));
  });
}

describe('log-mel', () => {
  it('equals a direct Fourier transform and filter bank', () => {
    const samples = sound(2000);
    const { mel, frames } = logMel(samples);
    expect(frames).toBe(11);
    for (const frame of [0, 4, 10]) {
      const expected = referenceFrame(samples, frame * 160);
      expected.forEach((value, band) => expect(mel[frame * MEL_BANDS + band]).toBeCloseTo(value, 4));
    }
  });

  it('gives the same frames however the sound is cut', () => {
    const samples = sound(6000);
    const whole = logMel(samples);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1500 }), { maxLength: 12 }), (cuts) => {
        const stream = new LogMelStream();
        const blocks: number[] = [];
        let at = 0;
        for (const length of [...cuts, samples.length]) {
          const { mel, frames } = stream.push(samples.subarray(at, at + length));
          expect(mel.length).toBe(frames * MEL_BANDS);
          blocks.push(...mel);
          at = Math.min(at + length, samples.length);
        }
        expect(blocks).toEqual([...whole.mel]);
      }),
      { numRuns: 25 },
    );
  });

  it('carries nothing over a reset', () => {
    const samples = sound(1000);
    const stream = new LogMelStream();
    stream.push(sound(399, 0.9));
    stream.reset();
    expect(stream.push(samples)).toEqual(logMel(samples));
  });

  it('counts whole frames only', () => {
    expect([0, 399, 400, 559, 560, 48_000].map(frameCount)).toEqual([0, 0, 1, 1, 2, 298]);
  });

  it('gives finite numbers for silence and for samples that are not numbers', () => {
    expect([...logMel(new Float32Array(400)).mel].every((value) => value === Math.fround(LOG_FLOOR))).toBe(true);
    const { mel } = logMel(new Float32Array(800).fill(NaN));
    expect([...mel].every(Number.isFinite)).toBe(true);
  });
});

describe('normalising a window', () => {
  const loud = logMel(sound(48_240));

  it('does not depend on the microphone’s gain', () => {
    const quiet = logMel(sound(48_240, 0.03));
    const [a, b] = [loud, quiet].map(({ mel, frames }) => normaliseLogMel(mel, frames));
    a!.forEach((value, i) => expect(b![i]).toBeCloseTo(value, 3));
  });

  it('stays within -3..3 and has the network’s shape whatever comes', () => {
    const frames = fc.integer({ min: 0, max: 400 });
    fc.assert(
      fc.property(frames, fc.double({ min: LOG_FLOOR, max: 20, noNaN: true }), (count, level) => {
        const out = normaliseLogMel(new Float32Array(count * MEL_BANDS).fill(level), count);
        expect(out.length).toBe(MEL_FRAMES * MEL_BANDS);
        expect(out.every((value) => value >= -3 && value <= 3)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('pads in front with silence and keeps the newest frames', () => {
    const short = normaliseLogMel(loud.mel.subarray(0, 10 * MEL_BANDS), 10);
    expect(short.subarray(0, 290 * MEL_BANDS).every((value) => value === Math.fround(MEL_SILENCE))).toBe(true);
    expect(short.subarray(290 * MEL_BANDS).some((value) => value > 0)).toBe(true);
    const long = new Float32Array(310 * MEL_BANDS).fill(LOG_FLOOR);
    long.set(loud.mel.subarray(0, MEL_BANDS), 0);
    const kept = normaliseLogMel(long, 310);
    expect(kept.every((value) => value === kept[0])).toBe(true);
  });

  it('does not blow a near-silent window up', () => {
    const hiss = logMel(sound(48_240, 1e-6));
    const out = normaliseLogMel(hiss.mel, hiss.frames);
    expect(Math.max(...out)).toBeLessThan(0);
  });
});
