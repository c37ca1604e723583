import type { TimedWord } from '../media/types.js';
import type { Stretch } from './speech-piece.js';

/** What a recogniser says of a stretch of sound. */
export interface Recognised {
  text: string;
  /** Pieces of words, with when each begins in the sound, seconds; empty where the model does not say. */
  tokens: readonly string[];
  timestamps: readonly number[];
}

/** Less time than this for a word, ms, is no estimate but a mistake in those beside it. */
const LEAST_MS = 60;

export const wordsOf = (text: string): string[] => text.split(/\s+/u).filter((word) => word !== '');

/**
 * When each word of a text was said, where only the whole is known: words take time by their letters, and only while there is
 * speech. Words that an earlier result of the same piece had keep their times, which were found when they had just been said.
 * @param voiced where there is speech in the piece, in order, not empty
 */
export function spreadWords(text: string, voiced: readonly Stretch[], earlier: readonly TimedWord[]): TimedWord[] {
  const words = wordsOf(text);
  const kept = matchWords(words, earlier);
  const [from, to] = [voiced[0]?.[0] ?? 0, voiced.at(-1)?.[1] ?? 0];
  const out: TimedWord[] = [];
  for (let at = 0; at < words.length;) {
    const known = kept[at];
    if (known) {
      out.push({ ...known, text: words[at]! });
      at += 1;
      continue;
    }
    let end = at;
    while (end < words.length && !kept[end]) end++;
    const gap = between(voiced, out.at(-1)?.endMs ?? from, kept[end]?.startMs ?? to);
    const room = lengthOf(gap);
    // No room between words whose times are known: the last of them was given too much.
    if (room < LEAST_MS * (end - at) && out.length > 0) {
      out.pop();
      at -= 1;
      kept[at] = undefined;
      continue;
    }
    if (room < LEAST_MS * (end - at) && kept[end]) {
      kept[end] = undefined;
      continue;
    }
    out.push(...spread(words.slice(at, end), gap));
    at = end;
  }
  return out;
}

/**
 * Words with the times that the model gives. A token that begins a word begins with a space (or U+2581, as SentencePiece writes
 * it); a word lasts until the next one, but not beyond speech.
 * @returns null where the tokens do not make up the text
 */
export function wordsOfTokens(result: Recognised, startMs: number, voiced: readonly Stretch[]): TimedWord[] | null {
  const { text, tokens, timestamps } = result;
  if (tokens.length === 0 || tokens.length !== timestamps.length) return null;
  const words: { text: string; startMs: number }[] = [];
  tokens.forEach((token, i) => {
    const plain = token.replaceAll('\u2581', ' ');
    const last = words.at(-1);
    if (last && !plain.startsWith(' ')) last.text += plain;
    else words.push({ text: plain.trimStart(), startMs: startMs + 1000 * (timestamps[i] ?? 0) });
  });
  const said = words.filter((word) => word.text.trim() !== '');
  if (said.map((word) => word.text.trim()).join(' ') !== wordsOf(text).join(' ')) return null;
  return said.map((word, i) => {
    const next = said[i + 1]?.startMs ?? Infinity;
    const spoken = voiced.find(([, to]) => to > word.startMs)?.[1] ?? word.startMs;
    return { text: word.text.trim(), startMs: word.startMs, endMs: Math.max(word.startMs, Math.min(next, spoken)) };
  });
}

/** For each word, the one of an earlier result that it is (the longest common sequence). */
function matchWords(words: readonly string[], earlier: readonly TimedWord[]): (TimedWord | undefined)[] {
  const a = words.map(plain);
  const b = earlier.map(({ text }) => plain(text));
  const longest = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i]![j] = a[i] === b[j] ? longest[i + 1]![j + 1]! + 1 : Math.max(longest[i + 1]![j]!, longest[i]![j + 1]!);
    }
  }
  const out: (TimedWord | undefined)[] = new Array<undefined>(a.length);
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) out[i++] = earlier[j++];
    else if (longest[i + 1]![j]! >= longest[i]![j + 1]!) i++;
    else j++;
  }
  return out;
}

/** Case and punctuation change between results of the same words. */
const plain = (word: string): string => word.toLowerCase().replaceAll(/[^\p{L}\p{N}']/gu, '') || word;

const between = (voiced: readonly Stretch[], from: number, to: number): Stretch[] =>
  voiced
    .map(([start, end]): Stretch => [Math.max(start, from), Math.min(end, to)])
    .filter(([start, end]) => end > start);

const lengthOf = (stretches: readonly Stretch[]): number => stretches.reduce((sum, [from, to]) => sum + to - from, 0);

function spread(words: readonly string[], voiced: readonly Stretch[]): TimedWord[] {
  // A letter's time for the space after it.
  const weights = words.map((word) => [...word].length + 1);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const whole = lengthOf(voiced);
  let passed = 0;
  return words.map((text, i) => {
    const startMs = placeOf(voiced, (whole * passed) / total, true);
    passed += weights[i] ?? 0;
    return { text, startMs, endMs: placeOf(voiced, (whole * passed) / total, false) };
  });
}

/** The media time at which so much speech was heard; at a pause, its end for what begins and its beginning for what ends. */
function placeOf(voiced: readonly Stretch[], spokenMs: number, begins: boolean): number {
  let left = spokenMs;
  for (const [from, to] of voiced) {
    const length = to - from;
    if (left < length || (!begins && left <= length)) return from + left;
    left -= length;
  }
  return voiced.at(-1)?.[1] ?? 0;
}
