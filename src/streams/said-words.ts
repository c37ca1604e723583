import { overlapsWords, reaches } from './extent.js';
import { Timeline } from './timeline.js';
import type { TimedWords } from './types.js';

interface Held {
  words: TimedWords;
  /** They were in a window. */
  told: boolean;
}

/** Estimates of when a word was said move by so little, ms. */
const SAME_WORD_MS = 1000;

/**
 * One participant's words in order of time, one by one where that is known. What comes later of the same piece of speech takes
 * the place of what came before: no word counts twice, and one that was a mistake goes.
 */
export class SaidWords {
  readonly #words: Timeline<Held>;

  constructor(capacity: number, onOverflow: () => void) {
    this.#words = new Timeline(({ words }) => words.startMs, capacity, onOverflow);
  }

  get size(): number {
    return this.#words.size;
  }

  add(said: TimedWords): void {
    const before = said.segment === undefined ? [] : this.#words.filter(({ words }) => words.segment === said.segment);
    if (before.length > 0) this.#words.keep(({ words }) => words.segment !== said.segment);
    for (const words of oneByOne(said)) {
      this.#words.add({ words, told: before.some((held) => held.told && isSame(held.words, words)) });
    }
  }

  /** What a piece says in [from, to), as one text: nothing changed for those times while it is the same. */
  textOf(segment: number | undefined, from: number, to: number): string {
    if (segment === undefined) return '';
    return this.in(from, to, segment)
      .map(({ text }) => text)
      .join(' ');
  }

  /** Words that were said, at least in part, in [from, to), in order of start. */
  in(from: number, to: number, segment?: number): TimedWords[] {
    return this.#words
      .filter(({ words }) => overlapsWords(words, from, to) && (segment === undefined || words.segment === segment))
      .map(({ words }) => words);
  }

  /** When the words of [from, to) that are taken for the first time were over. */
  take(from: number, to: number): number[] {
    const fresh = this.#words.filter(({ words, told }) => !told && overlapsWords(words, from, to));
    for (const held of fresh) held.told = true;
    return fresh.map(({ words }) => words.endMs);
  }

  forgetBefore(from: number): void {
    this.#words.keep(({ words }) => reaches(words, from));
  }

  /** @returns how many were in no window yet */
  clear(): number {
    const untold = this.#words.filter(({ told }) => !told).length;
    this.#words.clear();
    return untold;
  }
}

/** A text whose words are known one by one is in a window with those of its words that were said there. */
function oneByOne({ words, ...said }: TimedWords): TimedWords[] {
  if (words) return words.map((word) => ({ ...said, ...word }));
  return said.text === '' ? [] : [said];
}

const isSame = (a: TimedWords, b: TimedWords): boolean =>
  a.text.toLowerCase() === b.text.toLowerCase() && Math.abs(a.startMs - b.startMs) <= SAME_WORD_MS;

/** The words, and each of them, begin before they end, and not after `latestMs`. */
export function hasTime({ words = [], ...said }: TimedWords, latestMs: number): boolean {
  return [said, ...words].every(({ startMs, endMs }) => startMs <= endMs && startMs <= latestMs);
}
