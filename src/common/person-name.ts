/** Letters, digits, signs: what somebody sees. Spaces, marks alone, fillers and the blank of Braille are not. */
const VISIBLE = /(?![\p{Default_Ignorable_Code_Point}\u2800])[\p{L}\p{N}\p{P}\p{S}]/u;
/** Embeddings, overrides and isolates (UAX #9, 2): none belongs to a name, and each turns around what stands beside it. */
const TURNING = /[\u202A-\u202E\u2066-\u2069]/gu;
/** Scripts that run from right to left, and marks that do (UAX #9, 3.2: R, AL, AN, RLM, ALM). */
const RIGHT_TO_LEFT = /[\u0590-\u08FF\u200F\uFB1D-\uFDFF\uFE70-\uFEFE\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

const FIRST_STRONG_ISOLATE = '\u2068';
const POP_DIRECTIONAL_ISOLATE = '\u2069';

/** A name that can be seen. */
export const isVisible = (name: string): boolean => VISIBLE.test(name);

/** A name that stands by itself, without what would turn it around. */
export const plainName = (name: string): string => name.replaceAll(TURNING, '');

/**
 * A name within a sentence: whichever way its letters run, the sentence runs its own (UAX #9, 2.4.2).
 * @param direction of the sentence
 */
export function isolated(name: string, direction: 'ltr' | 'rtl'): string {
  const plain = plainName(name);
  const runsAlong = direction === 'ltr' && !RIGHT_TO_LEFT.test(plain);
  return runsAlong ? plain : `${FIRST_STRONG_ISOLATE}${plain}${POP_DIRECTIONAL_ISOLATE}`;
}

/** More marks on one letter run into what is above and below. */
const MARKS_TOO_MANY = /(\p{M}{3})\p{M}+/gu;

/** The letter that stands for somebody without a picture, or the digit or sign where their name has no letter. */
export function initialOf(name: string): string {
  const letters = [...new Intl.Segmenter().segment(plainName(name))].map(({ segment }) => segment);
  const first = letters.find((each) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(each)) ?? letters.find(isVisible);
  if (first === undefined) return '?';
  const capital = first.toUpperCase();
  // "ß" has two.
  const isOne = [...new Intl.Segmenter().segment(capital)].length === 1;
  return (isOne ? capital : first).replaceAll(MARKS_TOO_MANY, '$1');
}
