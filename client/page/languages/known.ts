import { en, type PageWords } from './en.js';

export interface Language {
  /** BCP 47. */
  tag: string;
  words: PageWords;
}

export interface KnownLanguage {
  /** What it is called in it. */
  name: string;
  load(): Promise<PageWords>;
}

/** The languages of the page by tag. Whoever adds one adds a line here, and its file beside. */
export const LANGUAGES: Readonly<Record<string, KnownLanguage>> = {
  en: { name: 'English', load: () => Promise.resolve(en) },
  de: { name: 'Deutsch', load: () => import('./de.js').then(({ de }) => de) },
};

/**
 * The first of what is wished that the page knows: `de-AT` is answered by `de` (RFC 4647, 3.4). Pure.
 * @param wishes BCP 47, the dearest first; null: none
 */
export function negotiate(wishes: readonly (string | null)[], known: readonly string[]): string {
  const tags = new Map(known.map((tag) => [tag.toLowerCase(), tag]));
  for (const wish of wishes) {
    for (let range = (wish ?? '').toLowerCase(); range; range = range.slice(0, Math.max(0, range.lastIndexOf('-')))) {
      const tag = tags.get(range);
      if (tag !== undefined) return tag;
    }
  }
  return 'en';
}
