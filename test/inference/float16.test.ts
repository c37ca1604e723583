import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromFloat16, toFloat16 } from '../../src/inference/float16.js';

const through = (value: number): number => fromFloat16(toFloat16(Float32Array.of(value)))[0]!;

describe('half precision', () => {
  it.each([
    [1, 0x3c00],
    [-2, 0xc000],
    [65_504, 0x7bff],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [0.333251953125, 0x3555],
    [Infinity, 0x7c00],
  ])('writes %d as IEEE 754 says', (value, bits) => {
    expect(toFloat16(Float32Array.of(value))[0]).toBe(bits);
    expect(through(value)).toBe(value);
  });

  it('gives every half back unchanged', () => {
    const halves = Uint16Array.from({ length: 0x10000 }, (_, i) => i);
    const values = fromFloat16(halves);
    const again = toFloat16(values);
    halves.forEach((half, i) => {
      // A NaN may lose its payload, nothing else may change.
      if (Number.isNaN(values[i])) expect(again[i]! & 0x7c00).toBe(0x7c00);
      else expect(again[i]).toBe(half);
    });
  });

  it('rounds to the nearest', () => {
    fc.assert(
      fc.property(fc.float({ min: -60_000, max: 60_000, noNaN: true }), (value) => {
        const allowed = Math.max(Math.abs(value) * 2 ** -11, 2 ** -25);
        expect(Math.abs(through(value) - value)).toBeLessThanOrEqual(allowed);
      }),
    );
  });
});
