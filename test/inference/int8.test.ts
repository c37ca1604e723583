import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromInt8, toInt8 } from '../../src/inference/int8.js';

describe('int8 weights', () => {
  it('have a scale per output channel, the last axis', () => {
    // Two rows of three channels: the channels' largest magnitudes are 127, 12.7 and 0.
    const { scales, integers } = toInt8(Float32Array.of(127, -12.7, 0, -63.6, 1.26, 0), 3);
    expect([...scales]).toEqual([1, Math.fround(0.1), 0]);
    expect([...integers]).toEqual([127, -127, 0, -64, 13, 0]);
  });

  it('differ from the weights by half a scale at most', () => {
    const finite = fc.float({ noNaN: true, min: -1000, max: 1000 });
    const kernels = fc
      .integer({ min: 1, max: 5 })
      .chain((channels) =>
        fc
          .array(fc.array(finite, { minLength: channels, maxLength: channels }), { minLength: 1, maxLength: 8 })
          .map((rows) => ({ channels, values: Float32Array.from(rows.flat()) })),
      );
    fc.assert(
      fc.property(kernels, ({ channels, values }) => {
        const stored = toInt8(values, channels);
        fromInt8(stored).forEach((value, i) => {
          const scale = stored.scales[i % channels]!;
          // Scales are float32 themselves: where they round, the largest value may lie a few parts in 10⁷ off.
          expect(Math.abs(value - values[i]!)).toBeLessThanOrEqual(scale * 0.50002 + 1e-40);
        });
      }),
    );
  });

  it('keep what is not finite visible', () => {
    for (const bad of [NaN, Infinity]) {
      const restored = fromInt8(toInt8(Float32Array.of(bad, 1), 1));
      expect(restored.every(Number.isFinite)).toBe(false);
    }
  });
});
