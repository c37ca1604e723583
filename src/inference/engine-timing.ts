import { fullWindow } from './full-window.js';
import type { Engine } from './types.js';

export interface EngineTiming {
  /** Windows in the batch. */
  size: number;
  /** Median time of a batch, ms, from call to answer. */
  medianMs: number;
}

const ROUNDS = 9;
/** A slow engine does fewer rounds than that, ms for a size. */
const BUDGET = 2000;
/** A size of which one batch would take longer, by the size before, is left out, ms. */
const TOO_LONG = 5000;

/**
 * Times a loaded engine on windows with all three modalities in full: the dearest there are.
 * @param sizes batch sizes, ascending
 * @returns a timing per size; none for those that would take too long
 */
export async function timeEngine(engine: Engine, sizes: readonly number[]): Promise<EngineTiming[]> {
  const timings: EngineTiming[] = [];
  for (const size of sizes) {
    const before = timings.at(-1);
    if (before && (before.medianMs * size) / before.size > TOO_LONG) break;
    await engine.warmUp([size]);
    const batch = Array.from({ length: size }, (_, i) => fullWindow(i));
    const times: number[] = [];
    const start = performance.now();
    while (times.length < ROUNDS && (times.length === 0 || performance.now() - start < BUDGET)) {
      const from = performance.now();
      await engine.run(batch);
      times.push(performance.now() - from);
    }
    timings.push({ size, medianMs: times.sort((a, b) => a - b)[Math.floor(times.length / 2)]! });
  }
  return timings;
}
