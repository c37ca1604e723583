import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fnv1a, ngramIds, tokenise, wordFeatures } from '../../src/features/tokens.js';
import { WORD_BUCKETS, WORD_NGRAMS, WORD_TOKENS, WORDS_META } from '../../src/features/types.js';

describe('tokens', () => {
  it.each([
    ['Don’t  WORRY', ["don't", 'worry']],
    ['sooooo good!!!!!', ['soo', 'good', '!!!']],
    ['see https://example.org/a?b=c now', ['see', '<url>', 'now']],
    ['thanks @some_one and u/other', ['thanks', '<name>', 'and', '<name>']],
    ['[NAME] is here', ['<name>', 'is', 'here']],
    ['what?!! …well', ['what', '?', '!!', '...', 'well']],
    ['I ❤️ it 👍🏽', ['i', '❤', 'it', '👍🏽']],
    ['ＦＵＬＬ ﬁt', ['full', 'fit']],
    ['  "( )"  ', []],
    ['Grüße, 你好 3', ['grüße', ',', '你好', '3']],
  ])('of %j', (text, expected) => {
    expect(tokenise(text)).toEqual(expected);
  });

  it('hash as FNV-1a does (vectors of the reference)', () => {
    expect([fnv1a(''), fnv1a('a'), fnv1a('foobar')]).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
  });

  it('share parts with words of the same stem, and few have all parts in common', () => {
    const [happy, happily, stone] = ['happy', 'happily', 'stone'].map((word) => new Set(ngramIds(word)));
    const shared = [...happy!].filter((id) => happily!.has(id)).length;
    expect(shared).toBeGreaterThanOrEqual(2);
    expect(happily!.size).toBeGreaterThan(shared);
    expect([...happy!].filter((id) => stone!.has(id))).toEqual([]);
  });
});

describe('word features', () => {
  it('hold for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.boolean(), (text, changed) => {
        const { tokens, count, meta } = wordFeatures(text, changed);
        expect(tokens.length).toBe(WORD_TOKENS * WORD_NGRAMS);
        expect(count).toBe(Math.min(tokenise(text).length, WORD_TOKENS));
        for (let row = 0; row < WORD_TOKENS; row++) {
          const ids = tokens.subarray(row * WORD_NGRAMS, (row + 1) * WORD_NGRAMS);
          // Real rows begin with the token's own id; padding is zero throughout.
          expect(ids[0]! > 0).toBe(row < count);
          if (row >= count) expect(ids.every((id) => id === 0)).toBe(true);
          expect(ids.every((id) => id >= 0 && id < WORD_BUCKETS)).toBe(true);
        }
        expect(meta.length).toBe(WORDS_META);
        expect(meta.every((value) => value >= 0 && value <= 1)).toBe(true);
      }),
    );
  });

  it('keep the newest words', () => {
    const words = Array.from({ length: WORD_TOKENS + 10 }, (_, i) => `word${i}`);
    const { tokens, count } = wordFeatures(words.join(' '));
    expect(count).toBe(WORD_TOKENS);
    expect([...tokens.subarray(0, WORD_NGRAMS)]).toEqual([...wordFeatures('word10').tokens.subarray(0, WORD_NGRAMS)]);
  });

  it('say whether there was a question, an exclamation, another speaker', () => {
    expect(wordFeatures('really?').meta).toEqual([0, 2 / WORD_TOKENS, 1, 0]);
    expect(wordFeatures('stop!', true).meta).toEqual([1, 2 / WORD_TOKENS, 0, 1]);
  });
});
