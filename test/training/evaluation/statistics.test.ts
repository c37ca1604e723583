import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrationError, figures, ratesOf, reliabilityBins } from '../../../src/training/metrics.js';
import { bootstrap, eceByChance, indicesBy, wilson } from '../../../src/training/evaluation/statistics.js';

describe('rates of a confusion matrix', () => {
  it('are those computed by hand', () => {
    // Class 0: 3 of 4 right; class 1: 1 of 2; class 2 never occurs but is answered once.
    const rates = ratesOf([
      [3, 1, 0],
      [0, 1, 1],
      [0, 0, 0],
    ]);
    expect(rates.accuracy).toBeCloseTo(4 / 6);
    expect(rates.uar).toBeCloseTo((3 / 4 + 1 / 2) / 2);
    // F1 of 0: 6 / (4 + 3); of 1: 2 / (2 + 2).
    expect(rates.macroF1).toBeCloseTo((6 / 7 + 1 / 2) / 2);
    expect(rates.weightedF1).toBeCloseTo(((6 / 7) * 4 + (1 / 2) * 2) / 6);
  });

  it('lie in 0..1, and are all 1 where every answer is right', () => {
    const matrix = fc.array(fc.array(fc.nat(20), { minLength: 4, maxLength: 4 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(matrix, (confusion) => {
        const { recall, ...rates } = ratesOf(confusion);
        for (const rate of [...recall, ...Object.values(rates)]) {
          expect(rate).toBeGreaterThanOrEqual(0);
          expect(rate).toBeLessThanOrEqual(1 + 1e-12);
        }
        const right = ratesOf(confusion.map((row, i) => row.map((count, k) => (i === k ? count + 1 : 0))));
        for (const rate of [right.accuracy, right.uar, right.macroF1, right.weightedF1]) expect(rate).toBeCloseTo(1);
      }),
    );
  });

  it('do not depend on the order of examples', () => {
    const example = fc.record({ p: fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9)), label: fc.nat(2) });
    fc.assert(
      fc.property(fc.array(example, { minLength: 1 }), (examples) => {
        const of = (some: typeof examples) =>
          figures(
            some.flatMap(({ p }) => p.map((value) => value / 9)),
            some.map(({ label }) => label),
            3,
          );
        const [there, back] = [of(examples), of([...examples].reverse())];
        expect(back.confusion).toEqual(there.confusion);
        expect(back.ece).toBeCloseTo(there.ece, 10);
      }),
    );
  });
});

describe('calibration', () => {
  it('is the distance of confidence and accuracy, bin by bin', () => {
    // Two answers in one bin (of 15): mean confidence 0.62, half right. One alone: 0.9, right.
    const bins = reliabilityBins([0.61, 0.63, 0.9], [true, false, true]);
    expect(bins.filter(({ n }) => n > 0)).toHaveLength(2);
    expect(calibrationError(bins)).toBeCloseTo((2 * 0.12 + 0.1) / 3);
    expect(calibrationError(reliabilityBins([], []))).toBe(0);
  });

  it('of a perfect network looks worse the fewer answers there are', () => {
    const of = (n: number): number => eceByChance(Array.from({ length: n }, (_, i) => 0.3 + (0.6 * i) / n));
    expect(of(50)).toBeGreaterThan(2 * of(2000));
    expect(eceByChance(Array.from({ length: 10 }, () => 1))).toBe(0);
  });
});

describe('the bootstrap', () => {
  const mean = (values: readonly number[]) => (drawn: Int32Array) => [
    drawn.reduce((sum, i) => sum + values[i]!, 0) / drawn.length,
  ];

  it('gives the same interval from the same seed, around the figure, narrower with more data', () => {
    const values = Array.from({ length: 100 }, (_, i) => (i % 4 === 0 ? 0 : 1));
    const [once] = bootstrap(values.length, mean(values));
    expect(bootstrap(values.length, mean(values))).toEqual([once]);
    // The normal approximation: 0.75 ± 1.96 · √(0.75 · 0.25 / 100) = 0.75 ± 0.085.
    expect(once![0]).toBeCloseTo(0.665, 1);
    expect(once![1]).toBeCloseTo(0.835, 1);
    const four = [...values, ...values, ...values, ...values];
    const [narrower] = bootstrap(four.length, mean(four));
    expect(narrower![1] - narrower![0]).toBeLessThan(0.7 * (once![1] - once![0]));
  });

  it('of what never varies is a point', () => {
    expect(bootstrap(5, mean([1, 1, 1, 1, 1]))).toEqual([[1, 1]]);
  });

  it('draws whole speakers where it is given speakers', () => {
    expect(indicesBy([7, 3, 7, 7, 3])).toEqual([
      [0, 2, 3],
      [1, 4],
    ]);
  });
});

it('an interval of a share is Wilson’s', () => {
  // Published example: 9 of 10 gives 0.596..0.982.
  const [low, high] = wilson(9, 10);
  expect(low).toBeCloseTo(0.596, 3);
  expect(high).toBeCloseTo(0.982, 3);
  expect(wilson(0, 0)).toEqual([0, 1]);
});
