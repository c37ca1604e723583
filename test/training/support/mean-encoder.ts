import { expect } from 'vitest';
import { HEARD_PER_SECOND, HEARD_WIDTH } from '../../../src/features/types.js';
import { SECOND, type SecondEncoder } from '../../../src/training/heard/seconds.js';

const RATE = 16_000;

/** Hears the mean of each tenth of a second, in every number. */
export function meanEncoder(identity = 'mean'): SecondEncoder & { asked(): number } {
  let asked = 0;
  return {
    identity,
    asked: () => asked,
    encode: (second) => {
      asked++;
      expect(second.length).toBe(RATE);
      const step = RATE / HEARD_PER_SECOND;
      const mean = (at: number): number => second.subarray(at, at + step).reduce((sum, value) => sum + value, 0) / step;
      const means = Array.from({ length: HEARD_PER_SECOND }, (_, i) => mean(i * step));
      return Promise.resolve(Float32Array.from({ length: SECOND }, (_, i) => means[Math.floor(i / HEARD_WIDTH)]!));
    },
  };
}
