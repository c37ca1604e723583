import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fnv1a, ngramIds, tokenise, wordFeatures } from '../../src/features/tokens.js';
import { WORD_BUCKETS, WORD_ROW, WORD_TOKENS, WORDS_META } from '../../src/features/types.js';

describe('tokens', () => {
  it.each([
    ['Don’t  WORRY', ["don't", 'worry']],
    ['sooooo good!!!!!', ['soo', 'good', '!!!']],
    ['see https://example.org/a?b=c now', ['see', '<url>', 'now']],
    ['thanks @some_one and u/other', ['thanks', '<name>', 'and', '<name>']],
    ['[NAME] is here', ['<name>', 'is', 'here']],
    ['what?!! …well', ['what', '?', '!!', '...', 'well']],
    ['I ❤️ it 👍🏽', ['i', '❤', 'it', '👍']],
    ['ＦＵＬＬ ﬁt', ['full', 'fit']],
    ['  "( )"  ', []],
    ['I´m fine, don`t, can\u0092t, he\u2032s', ["i'm", 'fine', ',', "don't", ',', "can't", ',', "he's"]],
    ['naïve CAFÉ, ha\u0301\u0302te', ['naive', 'cafe', ',', 'hate']],
    ['\u{1d421}\u{1d41a}\u{1d42d}\u{1d41e} ⓔ ﬂy', ['hate', 'e', 'fly']],
    // Sequences stay together; skin, hair and the signs of woman and man go.
    ['👨‍👩‍👧 🤷🏽‍♀️ ❤️‍🔥 👩🏿‍🦰', ['👨‍👩‍👧', '🤷', '❤‍🔥', '👩']],
    // What looks like a Latin letter and is none stays what it is.
    ['h\u0430te', ['h\u0430te']],
    ['Grüße, 你好 3', ['gruße', ',', '你好', '3']],
  ])('of %j', (text, expected) => {
    expect(tokenise(text)).toEqual(expected);
  });

  it('are the same with characters inside that nobody sees', () => {
    const unseen = [
      '\u00ad',
      '\u200b',
      '\u200c',
      '\u200d',
      '\u2060',
      '\ufeff',
      '\u061c',
      '\u202e',
      '\u2066',
      '\u180e',
      '\u034f',
      '\ufe0f',
    ];
    // And all of Unicode's format characters, and all that it lets be ignored.
    for (let code = 0; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code);
      if (/[\p{Cf}\p{Default_Ignorable_Code_Point}]/u.test(character)) unseen.push(character);
    }
    expect(unseen.length).toBeGreaterThan(4000);
    for (const character of unseen) {
      const given = `I ha${character}te th${character}is`;
      expect(tokenise(given), character.codePointAt(0)!.toString(16)).toEqual(['i', 'hate', 'this']);
      expect(tokenise(`${character}so glad${character}`)).toEqual(['so', 'glad']);
    }
    expect(tokenise('I \u202ahate\u202c\0 this')).toEqual(['i', 'hate', 'this']);
  });

  it('of an emoji share its kind with others that show the same', () => {
    const [pouting, angry, rocket, pizza, family] = ['😡', '😠', '🚀', '🍕', '👨‍👩‍👧'].map(ngramIds);
    expect(pouting).toHaveLength(2);
    expect(pouting![1]).toBe(angry![1]);
    expect(pouting![0]).not.toBe(angry![0]);
    expect(rocket![1]).toBe(pizza![1]);
    expect(family![1]).toBe(pizza![1]);
    expect(rocket![1]).not.toBe(angry![1]);
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
        expect(tokens.length).toBe(WORD_TOKENS * WORD_ROW);
        expect(count).toBe(Math.min(tokenise(text).length, WORD_TOKENS));
        for (let row = 0; row < WORD_TOKENS; row++) {
          const ids = tokens.subarray(row * WORD_ROW, (row + 1) * WORD_ROW);
          // Real rows begin with the token's own id; padding is zero throughout.
          expect(ids[0]! > 0).toBe(row < count);
          if (row >= count) expect(ids.every((id) => id === 0)).toBe(true);
          expect(ids.every((id) => id >= 0 && id < WORD_BUCKETS)).toBe(true);
          expect(ids[WORD_ROW - 1]! <= 1).toBe(true);
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
    expect([...tokens.subarray(0, WORD_ROW)]).toEqual([...wordFeatures('word10').tokens.subarray(0, WORD_ROW)]);
  });

  it('mark what is denied, also where the word that denies is older than the words kept', () => {
    const marks = (text: string): number[] => {
      const { tokens, count } = wordFeatures(text);
      return Array.from({ length: count }, (_, row) => tokens[row * WORD_ROW + WORD_ROW - 1]!);
    };
    expect(marks('I am not sad.')).toEqual([0, 0, 0, 1, 0]);
    expect(marks('I am sad.')).toEqual([0, 0, 0, 0]);
    const filler = 'a '.repeat(WORD_TOKENS - 2);
    expect(marks(`${filler}not very very glad`).slice(-3)).toEqual([1, 1, 1]);
    expect(marks(`not sad ${'. '.repeat(WORD_TOKENS - 1)}`)[0]).toBe(1);
  });

  it('say whether there was a question, an exclamation, another speaker', () => {
    expect(wordFeatures('really?').meta).toEqual([0, 2 / WORD_TOKENS, 1, 0]);
    expect(wordFeatures('stop!', true).meta).toEqual([1, 2 / WORD_TOKENS, 0, 1]);
  });
});
