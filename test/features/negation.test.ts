import { expect, it } from 'vitest';
import { negatedTokens } from '../../src/features/negation.js';
import { tokenise } from '../../src/features/tokens.js';

/** The words in the scope of a negation. */
function denied(text: string): string {
  const tokens = tokenise(text);
  return tokens.filter((_, i) => negatedTokens(tokens)[i]).join(' ');
}

it.each<[string, string]>([
  ['I am not sad.', 'sad'],
  ["I wasn't scared.", 'scared'],
  ['I’m not sad', 'sad'],
  ['i dont hate you', 'hate you'],
  ["I can't say I enjoyed it.", 'say i enjoyed it'],
  ["I don't think he is angry", 'think he is angry'],
  ["I'm far from happy.", 'happy'],
  ['It was anything but fun', 'fun'],
  ['I stopped being afraid', 'afraid'],
  ['He was never angry.', 'angry'],
  ['There is nothing scary about it', 'scary about it'],
  ['nobody was hurt', 'was hurt'],
  ['without any fear', 'any fear'],
  ['hardly surprising', 'surprising'],
  ['this is not so tragic', 'so tragic'],
  ["I can't say it was tragic this time", 'say it was tragic this time'],
  ['She has never been gloomy this time', 'been gloomy this time'],
  // To the end of the clause, and no further.
  ['Not sad, happy', 'sad'],
  ['not sad but happy', 'sad'],
  ["i'm not sad i'm happy", 'sad'],
  ['it is not bad because we love it', 'bad'],
  ['not sad 😊', 'sad'],
  ['No, I love it', ''],
  ['no i love it', ''],
  ['not one two three four five six seven eight nine ten', 'one two three four five six seven eight'],
  // What denies nothing.
  ["I can't wait to see you", ''],
  ["I can't stand him", ''],
  ['not only sad', ''],
  ['no wonder you are sad', ''],
  ["I couldn't be happier", ''],
  ['I have never been so proud of you', ''],
  ['never felt this good', ''],
  ['nothing is better', ''],
  ["Isn't it lovely?", ''],
  ["oh, isn't that sweet", ''],
  ["It is lovely, isn't it?", ''],
  ['nothing but joy', ''],
])('of %j the words denied are %j', (text, expected) => {
  expect(denied(text)).toBe(expected);
});

it.each(['I am sad', 'know nothing', '', 'so happy!', 'cannot', 'a knot, a note'])('%j denies nothing', (text) => {
  expect(denied(text)).toBe('');
});
