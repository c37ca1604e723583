/** Sizes of a batch that are not known when a network is written down, by name: rows, tokens. */
export type Sizes = Readonly<Record<string, number>>;

/** A side of a tensor at any sizes: a number times the product of the sizes that are named. */
export interface Side {
  factor: number;
  of: readonly string[];
}

/**
 * Sizes at which a network is run to see how its shapes follow from them: a first run, then one for each size with that alone
 * changed. Small, for it takes as long as that; more than one, at which a side may be treated apart.
 */
export function trialSizes(names: readonly string[]): Sizes[] {
  const first: Sizes = Object.fromEntries(names.map((name) => [name, FIRST]));
  return [first, ...names.map((name) => ({ ...first, [name]: SECOND }))];
}
const FIRST = 2;
const SECOND = 3;

/**
 * @param trials of `trialSizes`
 * @param lengths of a side, one per trial
 * @throws Error when it is no product of the sizes
 */
export function sideOf(trials: readonly Sizes[], lengths: readonly number[]): Side {
  const [first, ...others] = trials;
  const names = Object.keys(first!);
  const of = names.filter((_, i) => lengths[i + 1] !== lengths[0]);
  const product = (sizes: Sizes): number => of.reduce((all, name) => all * sizes[name]!, 1);
  const factor = lengths[0]! / product(first!);
  const follows = others.every((sizes, i) => lengths[i + 1] === factor * product(sizes));
  if (!Number.isInteger(factor) || !follows) {
    throw new Error(`The ONNX export knows no shape that goes from ${lengths.join(' to ')}`);
  }
  return { factor, of };
}

/** Of ONNX's Slice: to the end, however long. */
const TO_THE_END = 2 ** 31 - 1;

/** @param whole lengths of an axis, one per trial @param part those of what is cut out of it @param begin where that begins */
export function endOf(whole: readonly number[], part: readonly number[], begin: number): number {
  const fixed = part.every((length) => length === part[0]);
  if (fixed) return begin + part[0]!;
  const left = part.map((length, i) => begin + length - whole[i]!);
  if (left.some((rest) => rest !== left[0])) throw new Error('The ONNX export knows cuts by a fixed number only');
  return left[0] === 0 ? TO_THE_END : left[0]!;
}
