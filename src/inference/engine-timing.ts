import { fullWindow } from './full-window.js';
import type { Engine } from './types.js';

export interface EngineTiming {
  /** Windows in the batch. */
  size: number;
  /** Median time of a batch, ms, from call to answer. */
  medianMs: number;
}

const ROUNDS = 9;

/**
 * Times a loaded engine on windows with all three modalities in full: the dearest there are.
 * @param sizes batch sizes
 */
export async function timeEngine(engine: Engine, sizes: readonly number[]): Promise<EngineTiming[]> {
  const timings: EngineTiming[] = [];
  await engine.warmUp(sizes);
  for (const size of sizes) {
    const batch = Array.from({ length: size }, (_, i) => fullWindow(i));
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const from = performance.now();
      await engine.run(batch);
      times.push(performance.now() - from);
    }
    timings.push({ size, medianMs: times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]! });
  }
  return timings;
}
