import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Fourier400, FOURIER_SIZE } from '../../src/speech/fourier-400.js';
import { VOICE_MEL_BANDS, VoiceMel } from '../../src/speech/voice-mel.js';
import { speech } from '../features/support/sounds.js';

const golden = JSON.parse(readFileSync(new URL('../fixtures/voice-encoders.json', import.meta.url), 'utf8')) as {
  frames: number[];
  loudMel: number[][];
  quietMel: number[][];
};

/** Close to within so much of the largest value. */
function expectClose(actual: ArrayLike<number>, wanted: readonly number[], within: number): void {
  const most = Math.max(...wanted.map(Math.abs));
  expect(actual.length).toBe(wanted.length);
  const worst = Math.max(...wanted.map((value, i) => Math.abs(actual[i]! - value)));
  expect(worst / most).toBeLessThan(within);
}

it('the transform of 400 numbers is the sum that defines it', () => {
  const fourier = new Fourier400();
  const re = Array.from({ length: FOURIER_SIZE }, (_, n) => Math.sin(n * n));
  const im = Array.from({ length: FOURIER_SIZE }, (_, n) => Math.cos(3 * n + 1));
  fourier.input.re.set(re);
  fourier.input.im.set(im);
  fourier.compute();
  for (const k of [0, 1, 7, 99, 100, 199, 200, 250, 399]) {
    let [sumRe, sumIm] = [0, 0];
    for (let n = 0; n < FOURIER_SIZE; n++) {
      const turn = (-2 * Math.PI * k * n) / FOURIER_SIZE;
      sumRe += re[n]! * Math.cos(turn) - im[n]! * Math.sin(turn);
      sumIm += re[n]! * Math.sin(turn) + im[n]! * Math.cos(turn);
    }
    expect(fourier.output.re[k]).toBeCloseTo(sumRe, 9);
    expect(fourier.output.im[k]).toBeCloseTo(sumIm, 9);
  }
});

it.each([
  [
    'loud sound, which is left as it is',
    'loudMel',
    (samples: Float32Array, peak: number) => samples.map((v) => v / peak),
  ],
  ['quiet sound, which is raised', 'quietMel', (samples: Float32Array) => samples.map((v) => v / 100)],
] as const)('mel frames are those of the published definition: %s', (_, name, at) => {
  const samples = speech().slice(16_000, 32_000);
  const mel = new VoiceMel().compute(at(samples, Math.max(...samples.map(Math.abs))));
  expect(mel.length).toBe(100 * VOICE_MEL_BANDS);
  for (const [i, frame] of golden.frames.entries()) {
    expectClose(mel.subarray(frame * VOICE_MEL_BANDS, (frame + 1) * VOICE_MEL_BANDS), golden[name][i]!, 1e-5);
  }
});

it('silence stays silence, and what is not finite is taken for it', () => {
  const samples = new Float32Array(480);
  samples[200] = Infinity;
  samples[300] = NaN;
  expect([...new VoiceMel().compute(samples)]).toEqual(new Array<number>(3 * VOICE_MEL_BANDS).fill(0));
});
