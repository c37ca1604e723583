/** Observations of one series, as a histogram keeps them: nothing grows with their number, so threads can send them whole. */
export interface Tally {
  /** How many fell into each bucket, by its upper edge (inclusive); one more for those above every edge. */
  counts: number[];
  sum: number;
}

export function emptyTally(edges: readonly number[]): Tally {
  return { counts: new Array<number>(edges.length + 1).fill(0), sum: 0 };
}

/** @returns false for what is no finite number: it would spoil the sum for good, and is left out */
export function tallyOne(tally: Tally, edges: readonly number[], value: number): boolean {
  if (!Number.isFinite(value)) return false;
  let bucket = 0;
  while (bucket < edges.length && value > (edges[bucket] as number)) bucket++;
  tally.counts[bucket] = (tally.counts[bucket] ?? 0) + 1;
  tally.sum += value;
  return true;
}

/** Adds one tally to another of the same edges. */
export function tallyAll(tally: Tally, more: Tally): void {
  for (let i = 0; i < tally.counts.length; i++) tally.counts[i] = (tally.counts[i] ?? 0) + (more.counts[i] ?? 0);
  tally.sum += more.sum;
}

export function tallied({ counts }: Tally): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
