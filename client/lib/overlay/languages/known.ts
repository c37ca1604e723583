import { de } from './de.js';
import { en, type OverlayWords } from './en.js';

/** A language that the overlay speaks. */
export interface OverlayLanguage {
  /** BCP 47. */
  tag: string;
  words: OverlayWords;
}

export const ENGLISH: OverlayLanguage = { tag: 'en', words: en };

/** By tag in lower case. */
const known = new Map<string, OverlayLanguage>([ENGLISH, { tag: 'de', words: de }].map((each) => [each.tag, each]));

/**
 * Teaches every overlay of the page another language, or other words in one that they know.
 * @param tag BCP 47, as in the page's `lang` attributes: `fr`, `pt-BR`
 */
export function registerOverlayWords(tag: string, words: OverlayWords): void {
  known.set(tag.toLowerCase(), { tag, words });
}

/** The nearest language that is known: `de-AT` is answered by `de` (RFC 4647, 3.4), what nobody taught by English. */
export function overlayLanguage(tag: string): OverlayLanguage {
  for (let range = tag.toLowerCase(); range; range = range.slice(0, Math.max(0, range.lastIndexOf('-')))) {
    const found = known.get(range);
    if (found) return found;
  }
  return ENGLISH;
}
