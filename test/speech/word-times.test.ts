import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Stretch } from '../../src/speech/speech-piece.js';
import { spreadWords, wordsOfTokens } from '../../src/speech/word-times.js';

const show = (words: readonly { text: string; startMs: number; endMs: number }[]) =>
  words.map(({ text, startMs, endMs }) => `${text} ${startMs.toFixed(0)}-${endMs.toFixed(0)}`);

describe('words of which only the whole is known', () => {
  it('take time by their letters, and only while there is speech', () => {
    expect(show(spreadWords('one three', [[1000, 2000]], []))).toEqual(['one 1000-1400', 'three 1400-2000']);
    const paused: Stretch[] = [
      [0, 400],
      [1000, 1600],
    ];
    expect(show(spreadWords('one three', paused, []))).toEqual(['one 0-400', 'three 1000-1600']);
  });

  it('keep the times that they had when they had just been said', () => {
    const earlier = spreadWords('kids are', [[0, 900]], []);
    const later = spreadWords('Kids are talking, loudly', [[0, 3000]], earlier);
    expect(later.slice(0, 2).map(({ startMs, endMs }) => [startMs, endMs])).toEqual(
      earlier.map(({ startMs, endMs }) => [startMs, endMs]),
    );
    expect(later[2]!.startMs).toBe(900);
    expect(later.at(-1)!.endMs).toBe(3000);
    expect(later.map(({ text }) => text)).toEqual(['Kids', 'are', 'talking,', 'loudly']);
  });

  it('between words that are known share the time there is, or take that of a word which had too much', () => {
    const earlier = [
      { text: 'ice', startMs: 0, endMs: 300 },
      { text: 'is', startMs: 900, endMs: 1000 },
    ];
    expect(show(spreadWords('ice cream is', [[0, 1000]], earlier))).toEqual([
      'ice 0-300',
      'cream 300-900',
      'is 900-1000',
    ]);
    const tight = [
      { text: 'ice', startMs: 0, endMs: 900 },
      { text: 'is', startMs: 900, endMs: 1000 },
    ];
    const [ice, cream, is] = spreadWords('ice cream is', [[0, 1000]], tight);
    expect(ice!.endMs).toBe(cream!.startMs);
    expect(cream!.endMs - cream!.startMs).toBeGreaterThan(100);
    expect(is!.startMs).toBe(900);
  });

  it('are in order, within speech, and none is lost, whatever the results are', () => {
    const texts = fc.array(fc.constantFrom('I', 'am', 'not', 'so', 'extraordinarily', 'sad'), { maxLength: 12 });
    fc.assert(
      fc.property(texts, texts, texts, fc.integer({ min: 32, max: 8000 }), (a, b, c, lengthMs) => {
        let words = spreadWords(a.join(' '), [[0, lengthMs / 3]], []);
        const voiced: Stretch[] = [
          [0, lengthMs / 3],
          [lengthMs / 2, lengthMs],
        ];
        for (const text of [b, c]) {
          words = spreadWords(text.join(' '), voiced, words);
          expect(words.map((word) => word.text)).toEqual(text);
          let last = 0;
          for (const { startMs, endMs } of words) {
            expect(startMs).toBeGreaterThanOrEqual(last - 1e-6);
            expect(endMs).toBeGreaterThanOrEqual(startMs);
            last = endMs;
          }
          expect(last).toBeLessThanOrEqual(lengthMs + 1e-6);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('words of which the model says when they begin', () => {
  const voiced: Stretch[] = [[10_000, 11_000]];

  it('are made of its tokens, each until the next or the end of speech', () => {
    const result = { text: 'Utah Day.', tokens: [' Ut', 'ah', ' Day', '.'], timestamps: [0.1, 0.2, 0.5, 0.7] };
    expect(show(wordsOfTokens(result, 10_000, voiced)!)).toEqual(['Utah 10100-10500', 'Day. 10500-11000']);
  });

  it('are not, where there are no times or the tokens are another text', () => {
    expect(wordsOfTokens({ text: 'Day', tokens: [' Day'], timestamps: [] }, 0, voiced)).toBeNull();
    expect(wordsOfTokens({ text: 'Day', tokens: [' Night'], timestamps: [0] }, 0, voiced)).toBeNull();
  });
});
