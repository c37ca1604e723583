import { describe, expect, it } from 'vitest';
import { wordFeatures } from '../../src/features/tokens.js';
import { WORD_NGRAMS, WORD_TOKENS } from '../../src/features/types.js';
import { Rng } from '../../src/training/rng.js';
import { augmentWords } from '../../src/training/words-augment.js';

const TEXT = 'I never thought that anybody would remember my birthday, and then all of you came';
const tokensOf = (ids: Int32Array) => Array.from({ length: WORD_TOKENS }, (_, row) => [...ids.subarray(row * WORD_NGRAMS, (row + 1) * WORD_NGRAMS)]); // prettier-ignore

describe('words as a recogniser hears them', () => {
  it('are the same, lost, or known by their parts alone, each now and then', () => {
    const { tokens, count } = wordFeatures(TEXT);
    const before = tokensOf(tokens);
    const rng = new Rng(5);
    const seen = { same: 0, lost: 0, unknown: 0 };
    const rounds = 400;
    for (let round = 0; round < rounds; round++) {
      const ids = tokens.slice();
      augmentWords(ids, rng);
      tokensOf(ids).forEach((token, row) => {
        const own = before[row]!;
        if (row >= count) expect(token).toEqual(own);
        else if (token.every((id, i) => id === own[i])) seen.same++;
        else if (token.every((id) => id === 0)) seen.lost++;
        else {
          expect(token).toEqual([0, ...own.slice(1)]);
          expect(own[1]).not.toBe(0);
          seen.unknown++;
        }
      });
    }
    const total = rounds * count;
    expect(seen.lost / total).toBeGreaterThan(0.03);
    expect(seen.lost / total).toBeLessThan(0.09);
    expect(seen.unknown / total).toBeGreaterThan(0.02);
    expect(seen.unknown / total).toBeLessThan(0.09);
  });

  it('are never all gone', () => {
    const rng = new Rng(1);
    for (let round = 0; round < 500; round++) {
      const { tokens } = wordFeatures('oh no');
      augmentWords(tokens, rng);
      expect(tokens.some((id) => id !== 0)).toBe(true);
    }
    const nothing = wordFeatures('').tokens;
    augmentWords(nothing, rng);
    expect(nothing.every((id) => id === 0)).toBe(true);
  });
});
