import { EMOTIONS, type Emotion } from '../../common/emotions.js';

/** A sentence written by hand, with every answer that is right. `uncertain` is right too where something is denied. */
export interface OwnSentence {
  text: string;
  right: readonly Emotion[];
}

const LETTERS: Record<string, Emotion> = Object.fromEntries(
  ['N', 'H', 'S', 'A', 'F', 'D', 'U'].map((letter, i) => [letter, EMOTIONS[i]!]),
);

/** A line: letters of the answers that are right (N H S A F D, U for surprised), and the text. */
export const sentences = (lines: string): OwnSentence[] =>
  lines
    .trim()
    .split('\n')
    .map((line) => {
      const [letters = '', ...rest] = line.trim().split(' ');
      return { text: rest.join(' '), right: [...letters].map((letter) => LETTERS[letter]!) };
    });

/** Texts as recognition may give them: all lower case without marks. */
export const bare = (text: string): string => text.toLowerCase().replace(/[.,;:?!]/gu, '');
