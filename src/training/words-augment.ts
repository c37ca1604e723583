import { WORD_NGRAMS, WORD_TOKENS } from '../features/types.js';
import type { Rng } from './rng.js';

const LOST = 0.06;
const UNKNOWN = 0.06;

/**
 * A text as a recogniser might have heard it and as people write: words are missing, and words are misspelt, so that only
 * their parts are known. In place.
 * @param ids WORD_TOKENS × WORD_NGRAMS of one text, as `wordFeatures` gives them; at least one token is left as it was
 */
export function augmentWords(ids: Int32Array, rng: Rng): void {
  const tokens = Array.from({ length: WORD_TOKENS }, (_, row) => row).filter((row) => ids[row * WORD_NGRAMS] !== 0);
  const kept = tokens[rng.below(tokens.length)];
  for (const row of tokens) {
    if (row === kept) continue;
    const at = row * WORD_NGRAMS;
    if (rng.chance(LOST)) ids.fill(0, at, at + WORD_NGRAMS);
    // A word of one n-gram has no parts that could stand for it.
    else if (ids[at + 1] !== 0 && rng.chance(UNKNOWN)) ids[at] = 0;
  }
}
