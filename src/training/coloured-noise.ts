import type { Rng } from './rng.js';

/** White (0) to brownish (towards 1) noise, sample by sample: uniform noise through a first-order filter. */
export function colouredNoise(colour: number, rng: Rng): () => number {
  let state = 0;
  return () => (state = colour * state + rng.next() - 0.5);
}
