import { median } from '../support/statistics.js';

/** One reading: when (hours since the beginning), and the value. */
export type Reading = readonly [hours: number, value: number];

export interface Trend {
  /** Median of the readings. */
  level: number;
  /** Of the first and of the last block. */
  first: number;
  last: number;
  /** Change an hour, and the interval that it lies in with 95 % confidence. */
  slope: number;
  low: number;
  high: number;
  verdict: 'flat' | 'grows' | 'shrinks' | 'unclear';
}

/** Garbage goes up and down between readings; each of so many parts of the time counts with its median. */
const BLOCKS = 24;
const Z95 = 1.96;

/**
 * The slope that outliers do not move: the median of the slopes of all pairs (Theil 1950; Sen 1968), and Sen's interval from the
 * ranks of those slopes by the variance of Kendall's S (Sen 1968, eq. 2.6). It is flat if its whole interval lies within the
 * tolerance, and grows if its whole interval lies above; else the time was too short to say.
 * @param tolerance change an hour that is of no matter
 */
export function trendOf(readings: readonly Reading[], tolerance: number): Trend {
  const blocks = blocksOf(readings);
  const slopes: number[] = [];
  for (let i = 0; i < blocks.length; i++) {
    for (let j = i + 1; j < blocks.length; j++) {
      const [a, b] = [blocks[i]!, blocks[j]!];
      slopes.push((b[1] - a[1]) / (b[0] - a[0]));
    }
  }
  slopes.sort((a, b) => a - b);
  const n = blocks.length;
  const spread = Z95 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const at = (index: number) => slopes[Math.min(slopes.length - 1, Math.max(0, Math.round(index)))] ?? Number.NaN;
  const low = at((slopes.length - spread) / 2 - 1);
  const high = at((slopes.length + spread) / 2);
  return {
    level: median(readings.map(([, value]) => value)),
    first: blocks[0]?.[1] ?? Number.NaN,
    last: blocks.at(-1)?.[1] ?? Number.NaN,
    slope: median(slopes),
    low,
    high,
    verdict: verdictOf(low, high, tolerance),
  };
}

function verdictOf(low: number, high: number, tolerance: number): Trend['verdict'] {
  if (low >= -tolerance && high <= tolerance) return 'flat';
  if (low > tolerance) return 'grows';
  return high < -tolerance ? 'shrinks' : 'unclear';
}

function blocksOf(readings: readonly Reading[]): Reading[] {
  const size = Math.max(1, readings.length / BLOCKS);
  const count = Math.min(BLOCKS, readings.length);
  return Array.from({ length: count }, (_, index) => {
    const part = readings.slice(Math.floor(index * size), Math.floor((index + 1) * size));
    return [median(part.map(([hours]) => hours)), median(part.map(([, value]) => value))];
  });
}
