import { expect, it } from 'vitest';
import { wordFeatures } from '../../src/features/tokens.js';
import { WORD_NGRAMS, WORD_ROW, WORDS_META } from '../../src/features/types.js';
import { Rng } from '../../src/training/rng.js';
import { BatchMaker } from '../../src/training/words/batch-maker.js';

/** An emoji keeps a text from being given as recognised: what differs is the n-grams that were left out. */
const TEXTS = ['not a good day at all 😀', 'oh 😀', 'who would have thought that of them 😀'];

it('a batch is as long as its longest text, and a tenth of the n-grams are left out, other ones each time', () => {
  const maker = new BatchMaker(new Rng(4));
  const plain = TEXTS.map((text) => wordFeatures(text, true));
  const length = Math.max(...plain.map(({ count }) => count));
  let [kept, there] = [0, 0];
  const seen = new Set<string>();
  for (let i = 0; i < 200; i++) {
    const batch = maker.make(TEXTS.map((text) => ({ text, changed: 1 })));
    expect(batch.length).toBe(length);
    seen.add(batch.ids.join());
    plain.forEach(({ tokens, meta }, row) => {
      meta.forEach((value, k) => expect(batch.meta[row * WORDS_META + k]).toBeCloseTo(value, 6));
      for (let at = 0; at < length * WORD_ROW; at++) {
        const id = batch.ids[row * length * WORD_ROW + at]!;
        // The mark of negation is no n-gram and stays.
        if (at % WORD_ROW === WORD_NGRAMS) expect(id).toBe(tokens[at]);
        else if (tokens[at] !== 0) {
          there++;
          if (id !== 0) expect(id).toBe(tokens[at]);
          if (id !== 0) kept++;
        } else expect(id).toBe(0);
      }
    });
  }
  expect(kept / there).toBeGreaterThan(0.88);
  expect(kept / there).toBeLessThan(0.92);
  expect(seen.size).toBeGreaterThan(190);
});
