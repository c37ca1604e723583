import { emojiKind } from './emoji.js';
import { negatedTokens } from './negation.js';
import { WORD_BUCKETS, WORD_NGRAMS, WORD_ROW, WORD_TOKENS, WORDS_META } from './types.js';

/** Longer texts are cut in front: the newest words count. */
const MAX_CHARACTERS = 2000;
const CHARACTER_NGRAM = 4;

/**
 * Words, contractions and numbers; emoji with their joiners; runs of one punctuation mark; mask tokens of `normaliseText`.
 * Everything else (spaces, quotes, brackets) only separates.
 */
const TOKEN =
  /<[a-z]+>|[\p{L}\p{M}\p{N}]+(?:'\p{L}+)*|\p{Extended_Pictographic}(?:\u200d\p{Extended_Pictographic})*|\.{2,}|!+|\?+|[.,;:]/gu;

/** Apostrophes as people, keyboards and old code pages (Windows-1252 taken for Latin-1) write them. */
const APOSTROPHES = /[\u2018\u2019\u201b\u02bc\u02b9\u2032\u00b4`\u0091\u0092]/gu;
/**
 * What is not seen: format characters (Cf) and all that Unicode calls default ignorable, variation selectors and fillers
 * among them. They may stand inside a word, and are no part of it. Joiners of emoji stay.
 */
const UNSEEN =
  /(?<!\p{Extended_Pictographic}\p{Emoji_Modifier}?\ufe0f?)\u200d|\u200d(?!\p{Extended_Pictographic})|(?!\u200d)[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/** Skin and hair, and the signs for woman and man: an emoji means the same with and without. */
const VARIANTS = /\p{Emoji_Modifier}|\u200d[\u2640\u2642\u{1f9b0}-\u{1f9b3}]/gu;

/**
 * What is not seen is removed; typographic apostrophes are unified; NFKC, lower case, Latin letters without their accents; web
 * addresses and user names masked; letter runs cut to two. Letters of other scripts that look like Latin ones are left as they are.
 */
export function normaliseText(text: string): string {
  return text
    .slice(-MAX_CHARACTERS)
    .replace(UNSEEN, '')
    .replace(VARIANTS, '')
    .replace(APOSTROPHES, "'")
    .normalize('NFKD')
    .toLowerCase()
    .replace(/(\p{Script=Latin})\p{M}+/gu, '$1')
    .normalize('NFC')
    .replace(/(?:https?:\/\/|www\.)\S+/gu, ' <url> ')
    .replace(/(?<![\p{L}\p{N}])(?:@[\p{L}\p{N}_]+|\/?u\/[\p{L}\p{N}_-]+|\[name\])/gu, ' <name> ')
    .replace(/(\p{L})\1{2,}/gu, '$1$1');
}

/** The tokens of a text, in order. A run of one punctuation mark is one token of at most three. */
export function tokenise(text: string): string[] {
  return (normaliseText(text).match(TOKEN) ?? []).map((token) => (/^[.!?]+$/u.test(token) ? token.slice(0, 3) : token));
}

const utf8 = new TextEncoder();

/** FNV-1a, 32 bit (Fowler, Noll, Vo; RFC 9923), over UTF-8. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of utf8.encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

const bucket = (key: string): number => 1 + (fnv1a(key) % (WORD_BUCKETS - 1));

/**
 * Ids of a token. Of an emoji: itself, and its kind. Of any other: the whole token, then up to WORD_NGRAMS - 1 of its character
 * 4-grams (with `<` and `>` as its ends), evenly chosen when there are more, first and last included. So a word never seen still
 * shares its parts with known ones (Bojanowski et al. 2017).
 */
export function ngramIds(token: string): number[] {
  const ids = [bucket(`w:${token}`)];
  const kind = emojiKind(token);
  if (kind) return [...ids, bucket(`e:${kind}`)];
  const characters = [...`<${token}>`];
  const starts = characters.length - CHARACTER_NGRAM + 1;
  const taken = Math.min(Math.max(starts, 0), WORD_NGRAMS - 1);
  for (let i = 0; i < taken; i++) {
    const start = taken === 1 ? 0 : Math.round((i * (starts - 1)) / (taken - 1));
    ids.push(bucket(`c:${characters.slice(start, start + CHARACTER_NGRAM).join('')}`));
  }
  return ids;
}

export interface WordFeatures {
  /** WORD_TOKENS × WORD_ROW, tokens in order from row 0: WORD_NGRAMS ids, 0 is padding; then 1 in the scope of a negation. */
  tokens: Int32Array;
  /** Rows that are not padding; the newest WORD_TOKENS are kept. 0: there are no words. */
  count: number;
  /** Length WORDS_META: speaker changed, length, question, exclamation, each 0..1. */
  meta: number[];
}

/**
 * @param text the trailing transcript, oldest first
 * @param speakerChanged whether somebody else spoke just before; false where that is not known
 * @param idsOf of a token, for who remembers them
 */
export function wordFeatures(text: string, speakerChanged = false, idsOf = ngramIds): WordFeatures {
  const all = tokenise(text);
  const kept = all.slice(-WORD_TOKENS);
  // Of the whole text: the word that negates may be older than the oldest kept.
  const negated = negatedTokens(all).slice(-WORD_TOKENS);
  const tokens = new Int32Array(WORD_TOKENS * WORD_ROW);
  kept.forEach((token, row) => {
    tokens.set(idsOf(token), row * WORD_ROW);
    if (negated[row]) tokens[row * WORD_ROW + WORD_NGRAMS] = 1;
  });
  const meta = [
    speakerChanged ? 1 : 0,
    kept.length / WORD_TOKENS,
    kept.some((token) => token.includes('?')) ? 1 : 0,
    kept.some((token) => token.includes('!')) ? 1 : 0,
  ];
  if (meta.length !== WORDS_META) throw new RangeError('meta features and WORDS_META differ');
  return { tokens, count: kept.length, meta };
}
