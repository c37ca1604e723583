import { registerOverlayWords } from '../../lib/overlay/languages/known.js';
import { rememberedLanguage, rememberLanguage } from '../remembered.js';
import { speak } from './current.js';
import { en } from './en.js';
import { type Language, LANGUAGES, negotiate } from './known.js';

/** Speaks as the address says (`?lang=`), else as it was chosen here before, else as the browser wishes. */
export async function speakAsWished(href: string): Promise<void> {
  const asked = new URL(href).searchParams.get('lang');
  await speakKnown([asked, rememberedLanguage(), ...navigator.languages]);
}

/** One's own choice, which is remembered. */
export async function chooseLanguage(tag: string): Promise<void> {
  rememberLanguage(await speakKnown([tag]));
}

/** The whole page, and its overlays, in a language. */
export function speakPage(language: Language): void {
  speak(language);
  const { tag, words } = language;
  registerOverlayWords(tag, words.overlay);
  document.documentElement.lang = tag;
  document.documentElement.dir = words.overlay.direction;
}

async function speakKnown(wishes: readonly (string | null)[]): Promise<string> {
  const tag = negotiate(wishes, Object.keys(LANGUAGES));
  const words = await LANGUAGES[tag]?.load().catch(() => undefined);
  // What cannot be loaded is said in English.
  speakPage(words ? { tag, words } : { tag: 'en', words: en });
  return tag;
}
