import { calibrationError, reliabilityBins } from '../metrics.js';
import { Rng } from '../rng.js';

export type Interval = [low: number, high: number];

/** Resamples of a bootstrap; enough for a 95 % interval (Efron and Tibshirani 1993, chapter 13). */
export const RESAMPLES = 1000;
/** With fewer speakers than this, resampling them would say nothing; clips are resampled instead. */
export const FEWEST_SPEAKERS = 10;

/**
 * 95 % percentile intervals of statistics of a sample: units are drawn with replacement, seeded.
 * @param units how many independent units the sample has
 * @param statistics of the units drawn (indices, as many as there are units, repeats among them), always as many figures
 */
export function bootstrap(
  units: number,
  statistics: (drawn: Int32Array) => number[],
  { seed = 1, resamples = RESAMPLES } = {},
): Interval[] {
  const rng = new Rng(seed);
  const drawn = new Int32Array(units);
  const all = Array.from({ length: resamples }, () => {
    for (let i = 0; i < units; i++) drawn[i] = rng.below(units);
    return statistics(drawn);
  });
  return (all[0] ?? []).map((_, k) => {
    const sorted = all.map((row) => row[k]!).sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.min(Math.floor(share * resamples), resamples - 1)]!;
    return [at(0.025), at(0.975)];
  });
}

/** Indices by the value they have. */
export function indicesBy(values: readonly number[]): number[][] {
  const groups = new Map<number, number[]>();
  values.forEach((value, i) => {
    const group = groups.get(value);
    if (group) group.push(i);
    else groups.set(value, [i]);
  });
  return [...groups.values()];
}

/**
 * The calibration error that a perfectly calibrated network would show on as few answers of these confidences (consistency
 * resampling, Bröcker and Smith 2007): the mean over 200 draws. Few answers never lie on the diagonal.
 */
export function eceByChance(confidences: readonly number[], seed = 1): number {
  const rng = new Rng(seed);
  const draws = 200;
  let sum = 0;
  for (let i = 0; i < draws; i++) {
    const rights = confidences.map((confidence) => rng.chance(confidence));
    sum += calibrationError(reliabilityBins(confidences, rights));
  }
  return sum / draws;
}

/** 95 % interval of a share (Wilson 1927). */
export function wilson(right: number, n: number): Interval {
  if (n === 0) return [0, 1];
  const z = 1.96;
  const p = right / n;
  const middle = p + (z * z) / (2 * n);
  const half = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  return [Math.max(0, (middle - half) / scale), Math.min(1, (middle + half) / scale)];
}
