import type { Timed, TimedWords } from './types.js';

/** The item lies, at least in part, in [from, to). */
export function overlaps(item: Timed<unknown>, from: number, to: number): boolean {
  const end = item.mediaTime + item.durationMs;
  return item.mediaTime < to && (item.durationMs > 0 ? end > from : end >= from);
}

/** The words are not over before `from`; words without length are an instant. */
export function reaches(words: TimedWords, from: number): boolean {
  return words.endMs > from || (words.endMs === words.startMs && words.startMs >= from);
}

/** The words were said, at least in part, in [from, to). */
export function overlapsWords(words: TimedWords, from: number, to: number): boolean {
  return words.startMs < to && reaches(words, from);
}

export function newest(times: number[]): number | null {
  return times.length > 0 ? Math.max(...times) : null;
}
