import { expect, it } from 'vitest';
import { EMOTIONS } from '../../src/common/emotions.js';
import { tokenise, wordFeatures } from '../../src/features/tokens.js';
import { WORD_ROW } from '../../src/features/types.js';
import { OWN_SENTENCES } from '../../src/training/evaluation/own-sentences.js';
import { bare } from '../../src/training/evaluation/sentence-lines.js';
import { Rng } from '../../src/training/rng.js';
import { LEXICON, NAMED } from '../../src/training/words/lexicon.js';
import { makeSentence } from '../../src/training/words/made-sentences.js';
import { asRecognised } from '../../src/training/words/recognised.js';

const MANY = 60_000;
const made = Array.from(
  { length: MANY },
  (
    (rng) => () =>
      makeSentence(rng)
  )(new Rng(1)),
);
const key = (text: string): string => tokenise(bare(text)).join(' ');

it('every made sentence has words, and is taught a distribution', () => {
  for (const { text, target } of made) {
    expect(text).not.toMatch(/[{}|]|undefined/u);
    expect(tokenise(text).length).toBeGreaterThan(0);
    expect(target).toHaveLength(EMOTIONS.length);
    expect(target.every((share) => share > 0)).toBe(true);
    expect(target.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
  }
});

it('no sentence that is judged is ever made, but for an emoji alone', () => {
  const judged = new Set(Object.values(OWN_SENTENCES).flatMap((group) => group.map(({ text }) => key(text))));
  expect(judged.size).toBeGreaterThan(250);
  const both = made.filter(({ text }) => judged.has(key(text))).map(({ text }) => text);
  expect(both.filter((text) => /\p{L}/u.test(text))).toEqual([]);
});

it('what is denied is marked as denied, and never taught as what it names', () => {
  const marks = (text: string): number => {
    const { tokens, count } = wordFeatures(text);
    return Array.from({ length: count }, (_, row) => tokens[row * WORD_ROW + WORD_ROW - 1]!).reduce((a, b) => a + b, 0);
  };
  const sad = EMOTIONS.indexOf('sad');
  const named = made.filter(({ text }) => /\b(?:depressed|heartbroken|gloomy|depressing|tragic)\b/u.test(text));
  const taughtSad = named.filter(({ target }) => target[sad]! > 0.5);
  const denied = named.filter(({ target }) => target[sad]! < 0.5);
  expect(taughtSad.length).toBeGreaterThan(100);
  expect(denied.length).toBeGreaterThan(100);
  expect(denied.filter(({ text }) => marks(text) === 0).map(({ text }) => text)).toEqual([]);
});

it('a recogniser makes few errors in many texts and many in few, writes words still, and leaves what was typed with emoji', () => {
  const rng = new Rng(2);
  const text = "I can't believe that you've done this to us, it's terrible! How could they have known?";
  const heard = Array.from({ length: 2000 }, () => asRecognised(text, rng));
  const words = (one: string): string => one.toLowerCase().replace(/[.,?!]/gu, '');
  const same = heard.filter((one) => words(one) === words(text)).length;
  expect(same / heard.length).toBeGreaterThan(0.4);
  expect(same / heard.length).toBeLessThan(0.75);
  expect(heard.filter((one) => one.includes('!')).length / heard.length).toBeLessThan(0.25);
  for (const one of heard) {
    expect(one).not.toMatch(/\p{Cc}| {2}|^$/u);
    expect(tokenise(one).length).toBeGreaterThan(8);
  }
  expect(asRecognised('so glad!!! 😊', rng)).toBe('so glad!!! 😊');
});

it('the lines without an emotion word: ten of each emotion, and no word of the lists that training has', () => {
  const lines = OWN_SENTENCES['no emotion word']!;
  for (const emotion of NAMED) expect(lines.filter(({ right }) => right[0] === emotion)).toHaveLength(10);
  expect(lines.some(({ right }) => right.includes('neutral'))).toBe(false);
  const named = Object.values(LEXICON).flatMap((words) => Object.values(words).flat());
  for (const { text } of lines) {
    const said = ` ${tokenise(text).join(' ')} `;
    expect(named.filter((word) => said.includes(` ${word} `)).join(), text).toBe('');
  }
});
