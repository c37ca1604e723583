import { describe, expect, it } from 'vitest';
import { comparedWords, errorRate, wordErrors } from '../../bench/words/word-errors.js';

const rate = (reference: string, heard: string) =>
  errorRate([wordErrors(comparedWords(reference), comparedWords(heard))]);

describe('word errors', () => {
  it.each([
    ['Kids are talking, by the door!', 'kids are talking by the door'],
    ['It’s well-known.', "it's well known"],
    ['She has 2,105 dogs and 21 cats', 'she has two thousand one hundred and five dogs and twenty-one cats'],
    ['“Yes,” he said: ‘no’', 'yes he said no'],
    ['12', 'twelve'],
    ['1000000', 'one million'],
    ['0', 'zero'],
  ])('are none where two texts are said the same: %s', (one, other) => {
    expect(comparedWords(one)).toEqual(comparedWords(other));
  });

  it('are words that are wrong, missing or added, the fewest that explain what was heard', () => {
    expect(wordErrors(['a', 'b', 'c'], ['a', 'x', 'c'])).toEqual({ words: 3, substituted: 1, missing: 0, added: 0 });
    expect(wordErrors(['a', 'b', 'c'], ['a', 'c'])).toEqual({ words: 3, substituted: 0, missing: 1, added: 0 });
    expect(wordErrors(['a', 'c'], ['a', 'b', 'c', 'd'])).toEqual({ words: 2, substituted: 0, missing: 0, added: 2 });
    expect(wordErrors(['a', 'b'], [])).toEqual({ words: 2, substituted: 0, missing: 2, added: 0 });
    expect(wordErrors([], ['a'])).toEqual({ words: 0, substituted: 0, missing: 0, added: 1 });
  });

  it('are a share of the words that were said, of all texts together', () => {
    expect(rate('dogs are sitting by the door', 'the dogs are sitting by a door')).toBeCloseTo(2 / 6, 10);
    const [long, short] = [wordErrors(['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'd']), wordErrors(['a'], ['b'])];
    expect(errorRate([long, short])).toBe(0.2);
  });
});
