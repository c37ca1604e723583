import { expect, it } from 'vitest';
import { adjustment, chooseStrength, lessened, sharesOf, withPrior } from '../../src/training/words/prior.js';

const SHARES = [0.46, 0.2, 0.1, 0.1, 0.04, 0.04, 0.06];

it('the shares of the classes are the mean of all targets, whatever the size of the sets', () => {
  const [a, b, c] = [0, 1, 1].map((label) => Float32Array.from({ length: 7 }, (_, i) => (i === label ? 1 : 0)));
  const shares = sharesOf([a!, Float32Array.from([...b!, ...c!])]);
  [1 / 3, 2 / 3, 0, 0, 0, 0, 0].forEach((share, i) => expect(shares[i]).toBeCloseTo(share, 6));
});

it('at full strength what is as likely as its share is as likely as any other answer', () => {
  const logits = Float32Array.from(SHARES, Math.log);
  const full = lessened(logits, adjustment(SHARES, 1));
  full.forEach((logit) => expect(logit).toBeCloseTo(0, 6));
  // Half way frequent answers are still ahead, by half of the logarithm.
  const half = lessened(logits, adjustment(SHARES, 0.5));
  expect(half[0]! - half[4]!).toBeCloseTo(Math.log(0.46 / 0.04) / 2, 5);
});

it('a class without any example is no more favoured than a very rare one', () => {
  expect(adjustment([0.999, 0.001, 0], 0.5)[2]).toBe(adjustment([0.999, 0.001, 0], 0.5)[1]);
});

it('the strength is the best on validation; of those as good the largest', () => {
  const strengthOf = (less: readonly number[]): number => less[0]! / Math.log(SHARES[0]!);
  const peak = (at: number, width: number) => (less: readonly number[]) => {
    return -((Math.max(Math.abs(strengthOf(less) - at) - width, 0) * 10) ** 2);
  };
  expect(chooseStrength(SHARES, peak(0.2, 0))).toBeCloseTo(0.2, 9);
  expect(chooseStrength(SHARES, peak(0.2, 0.1))).toBeCloseTo(0.3, 9);
  expect(chooseStrength(SHARES, (less) => -strengthOf(less))).toBe(0);
});

it('a head with the adjustment in its bias answers as adjusted logits do; nothing else changes', () => {
  const weights = new Map([
    ['h/kernel', { shape: [1, 7], values: new Float32Array(7).fill(2) }],
    ['h/bias', { shape: [7], values: Float32Array.from({ length: 7 }, (_, i) => i) }],
  ]);
  const less = adjustment(SHARES, 0.4);
  const changed = withPrior(weights, 'h', less);
  expect(changed.get('h/kernel')).toBe(weights.get('h/kernel'));
  changed.get('h/bias')!.values.forEach((value, i) => expect(value).toBeCloseTo(i - less[i]!, 6));
  expect([...weights.get('h/bias')!.values]).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(() => withPrior(weights, 'other', less)).toThrow(/other\/bias/u);
});
