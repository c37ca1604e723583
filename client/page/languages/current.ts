import { en, type PageWords } from './en.js';
import type { Language } from './known.js';

let current: Language = { tag: 'en', words: en };

/** What the page says, in the language that it has now. Nothing of it is kept where it could outlive a change of language. */
export const t = (): PageWords => current.words;

export const languageTag = (): string => current.tag;

/** Says everything in another language from now on; what is shown already stays as it is. */
export const speak = (language: Language): void => void (current = language);

/** With the region of whoever reads, for times and dates: `en` is `en-GB` to one and `en-US` to another. */
export const locale = (): string => ofLanguage(current.tag, globalThis.navigator?.languages ?? []);

/** The first wish of this language, with its region; without one, the language. Pure. */
export const ofLanguage = (tag: string, wishes: readonly string[]): string =>
  wishes.find((wish) => `${wish}-`.toLowerCase().startsWith(`${tag}-`.toLowerCase())) ?? tag;
