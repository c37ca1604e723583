import { ENGLISH, type PartWords } from '../words';
import { GERMAN } from './de';

/** The languages of reports by tag. Whoever adds one to the call page adds it here, too. */
const LANGUAGES: Readonly<Record<string, PartWords>> = { en: ENGLISH, de: GERMAN };

const { lang } = document.documentElement;

/** What this report says, in the language that it was written for. */
export const spoken: PartWords = LANGUAGES[lang] ?? ENGLISH;

/** Times and dates as who reads it has them in that language. */
export const locale = navigator.languages.find((wish) => wish.split('-')[0] === lang) ?? lang;
