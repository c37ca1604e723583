import { quantile } from '../support/statistics.js';
import type { Batch } from './measured-costs.js';

export interface ReplicaLoad {
  /** Windows a second that come to it, each by itself: nodes know nothing of each other. */
  windowsPerSecond: number;
  batches: readonly Batch[];
  /** Windows that are counted. */
  windows: number;
  random: () => number;
}

/** What a batch takes, ms: between measured sizes by a straight line, and nothing below the smallest. Pure. */
export function batchMs(batches: readonly Batch[], size: number): number {
  const above = batches.findIndex((batch) => batch.size >= size);
  if (above < 0) throw new RangeError(`no batch of ${String(size)} was measured`);
  const [high, low] = [batches[above]!, batches[above - 1]];
  if (!low) return high.ms;
  return low.ms + ((size - low.size) / (high.size - low.size)) * (high.ms - low.ms);
}

/** The batch by which most windows are judged in a second: larger ones only wait longer. */
export const bestBatch = (batches: readonly Batch[]): Batch =>
  batches.reduce((best, one) => (one.size / one.ms > best.size / best.ms ? one : best));

/**
 * One server of inference that takes whatever waits, as much as its best batch, each time that it is free: waiting and
 * computing of 95 % of the windows, ms.
 */
export function replicaP95({ windowsPerSecond, batches, windows, random }: ReplicaLoad): number {
  const most = bestBatch(batches).size;
  const times: number[] = [];
  const arrivals: number[] = [];
  let now = 0;
  for (let i = 0; i < windows; i++) arrivals.push((now += (-Math.log(1 - random()) / windowsPerSecond) * 1000));
  let free = 0;
  for (let next = 0; next < arrivals.length;) {
    const begin = Math.max(free, arrivals[next]!);
    let size = 1;
    while (size < most && next + size < arrivals.length && arrivals[next + size]! <= begin) size++;
    free = begin + batchMs(batches, size);
    for (let i = 0; i < size; i++) times.push(free - arrivals[next + i]!);
    next += size;
  }
  return quantile(times, 0.95);
}

/** How many windows a second a replica answers within a time, found by halving. */
export function replicaRate(
  { batches, windows, random }: Omit<ReplicaLoad, 'windowsPerSecond'>,
  withinMs: number,
): number {
  const best = bestBatch(batches);
  let [low, high] = [0, (1000 * best.size) / best.ms];
  for (let step = 0; step < 12; step++) {
    const rate = (low + high) / 2;
    if (replicaP95({ windowsPerSecond: rate, batches, windows, random }) <= withinMs) low = rate;
    else high = rate;
  }
  return low;
}
