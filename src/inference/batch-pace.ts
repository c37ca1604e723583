import { onGpu, type Engine } from './types.js';
import { fullWindow } from './full-window.js';
import { batchSizes } from './batch-sizes.js';

/** How windows are gathered into batches. */
export interface BatchPace {
  /** Most windows in a batch. */
  maxBatch: number;
  /** Longest a window waits for its batch to fill, ms. */
  maxQueueDelay: number;
  /** Sizes to pad to, ascending; none: batches run at the size that they have. */
  padTo: readonly number[];
}

/** What the user has set of it. */
export interface SetPace {
  maxBatch?: number | undefined;
  maxQueueDelay?: number | undefined;
}

/** How long one batch took, by its size. */
export interface BatchTime {
  size: number;
  ms: number;
}

/**
 * So long a batch may take, ms: a window that comes when one has just begun waits for that and for its own, and is to have its answer
 * within 100 ms.
 */
const LONGEST_MS = 50;
/** Smaller ones are mostly overhead, and on a machine that is busy as it starts every size seems too long. */
const LEAST = 4;
const MOST = 256;
/** Longest that it may be worth to wait for others, ms. */
const LONGEST_DELAY_MS = 15;

/** Whether the next size need not be tried. */
const tooLong = ({ size, ms }: BatchTime): boolean => size >= LEAST && ms > LONGEST_MS;

/** @param times at least one, by ascending size */
export function choosePace(times: readonly BatchTime[], set: SetPace, padded: boolean): BatchPace {
  const fits = times.filter((time) => time.size <= LEAST || !tooLong(time)).at(-1)!;
  const maxBatch = set.maxBatch ?? fits.size;
  // To wait as long as half a batch takes costs less than the batch that another window would have to have for itself.
  const { ms } = times.find(({ size }) => size === maxBatch) ?? fits;
  const maxQueueDelay = set.maxQueueDelay ?? Math.max(1, Math.min(LONGEST_DELAY_MS, Math.round(ms / 2)));
  return { maxBatch, maxQueueDelay, padTo: padded ? batchSizes(maxBatch) : [] };
}

/** Runs of each size that are timed, and the quickest counts: whatever else the machine does only makes them slower. */
const RUNS = 3;

/** Warms an engine up, size by size, and measures what pace suits it; with a `maxBatch` that is set, up to that. */
export async function warmUpToPace(
  engine: Pick<Engine, 'warmUp' | 'run' | 'device'>,
  set: SetPace,
  now: () => number = () => performance.now(),
): Promise<BatchPace> {
  const times: BatchTime[] = [];
  const windows = Array.from({ length: LEAST }, (_, i) => fullWindow(i));
  for (const size of batchSizes(set.maxBatch ?? MOST)) {
    await engine.warmUp([size]);
    const batch = Array.from({ length: size }, (_, i) => windows[i % LEAST]!);
    let ms = Infinity;
    for (let run = 0; run < RUNS; run++) {
      const from = now();
      await engine.run(batch);
      ms = Math.min(ms, now() - from);
    }
    times.push({ size, ms });
    if (set.maxBatch === undefined && tooLong(times.at(-1)!)) break;
  }
  return choosePace(times, set, onGpu(engine.device));
}
