import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answersAt, chooseThresholds, multiLabelFigures } from '../../../src/training/evaluation/multi-label.js';

describe('the multi-label protocol', () => {
  it('counts each label of a text by itself', () => {
    const truths = [
      [true, true],
      [true, false],
      [false, true],
    ];
    const answers = [
      [true, false],
      [true, false],
      [true, true],
    ];
    // Label 0: 2 right, 1 too many. Label 1: 1 right, 1 missed.
    const result = multiLabelFigures(answers, truths);
    expect(result.precision).toEqual([2 / 3, 1]);
    expect(result.recall).toEqual([1, 1 / 2]);
    expect(result.f1[0]).toBeCloseTo(4 / 5);
    expect(result.f1[1]).toBeCloseTo(2 / 3);
    expect(result.macroF1).toBeCloseTo((4 / 5 + 2 / 3) / 2);
    expect(result.exactMatch).toBeCloseTo(1 / 3);
  });

  it('chooses per class the threshold with the best F1, halfway to the next probability', () => {
    const p = [[0.9], [0.6], [0.4], [0.1]];
    // Down to 0.4: 3 answered, 2 of 2 found: F1 0.8; down to 0.9: 2/3.
    expect(chooseThresholds(p, [[true], [false], [true], [false]])[0]).toBeCloseTo(0.25);
    expect(chooseThresholds(p, [[true], [false], [false], [false]])[0]).toBeCloseTo(0.75);
    // Nothing to find: never answered.
    expect(answersAt(p, chooseThresholds(p, [[false], [false], [false], [false]]))).toEqual([
      [false],
      [false],
      [false],
      [false],
    ]);
  });

  it('finds no worse a threshold than any other there is', () => {
    const row = fc.record({ p: fc.integer({ min: 0, max: 10 }), is: fc.boolean() });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), (rows) => {
        const p = rows.map((each) => [each.p / 10]);
        const truths = rows.map(({ is }) => [is]);
        const f1At = (threshold: number): number => multiLabelFigures(answersAt(p, [threshold]), truths).macroF1;
        const chosen = f1At(chooseThresholds(p, truths)[0]!);
        for (let threshold = 0; threshold <= 1.1; threshold += 0.05) {
          expect(chosen).toBeGreaterThanOrEqual(f1At(threshold) - 1e-12);
        }
      }),
    );
  });
});
