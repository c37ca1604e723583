import { EMOTIONS } from '../../common/emotions.js';
import type { NamedWeights } from '../../inference/model-format.js';

/** Tried, from none to what makes up for half of the classes' unequal shares. */
const STRENGTHS = Array.from({ length: 11 }, (_, i) => i / 20);
const CLASSES = EMOTIONS.length;
/** A class that training has none of is counted as if it had this share. */
const SMALLEST = 1e-3;

/** Shares of the classes in training. @param targets n distributions over EMOTIONS, one after another @returns their mean */
export function sharesOf(targets: readonly Float32Array[]): number[] {
  const sums = EMOTIONS.map(() => 0);
  let n = 0;
  for (const set of targets) {
    set.forEach((share, i) => (sums[i % CLASSES]! += share));
    n += set.length / CLASSES;
  }
  return sums.map((sum) => sum / n);
}

/**
 * What to take from the logits so that frequent answers, neutral above all, are not given for being frequent: so many times the
 * logarithm of their shares in training (logit adjustment, Menon et al. 2021, section 4.1).
 */
export const adjustment = (shares: readonly number[], strength: number): number[] =>
  shares.map((share) => strength * Math.log(Math.max(share, SMALLEST)));

/** Scores so near the best are no worse: resampling the validation texts moves them more. */
const NO_WORSE = 0.002;

/** The largest strength that is no worse than the best. @param score on validation, of logits from which so much was taken */
export function chooseStrength(shares: readonly number[], score: (less: readonly number[]) => number): number {
  const scores = STRENGTHS.map((strength) => score(adjustment(shares, strength)));
  const enough = Math.max(...scores) - NO_WORSE;
  return STRENGTHS[scores.findLastIndex((each) => each >= enough)]!;
}

/** n × 7 logits, so much less. */
export const lessened = (logits: Float32Array, less: readonly number[]): Float32Array =>
  logits.map((logit, i) => logit - less[i % CLASSES]!);

/** The weights of a head whose logits are so much less. */
export function withPrior(
  weights: ReadonlyMap<string, NamedWeights>,
  head: string,
  less: readonly number[],
): Map<string, NamedWeights> {
  const bias = weights.get(`${head}/bias`);
  if (!bias) throw new RangeError(`there is no ${head}/bias`);
  return new Map([...weights, [`${head}/bias`, { ...bias, values: lessened(bias.values, less) }]]);
}
