import { formats } from '../../lib/overlay/languages/formats.js';
import type { PageWords } from '../languages/en.js';

const LATIN = 'abcdefghijklmnopqrstuvwxyz';
const ARABIC = [...'ابتثجحخدذرزسشصضطظعغفقكلمنه'];
/** Many languages take more room than English. */
const LONGER = 0.25;

/** Texts that nobody understands and that run from right to left, a quarter longer: what fits them fits a language that is added. */
export function pseudo(words: PageWords): PageWords {
  const made = changed(words) as PageWords;
  const { letters } = words.overlay;
  const format = formats('ar');
  return {
    ...made,
    overlay: { ...made.overlay, format, letters, direction: 'rtl' },
    parts: { ...made.parts, format },
  };
}

function changed(value: unknown): unknown {
  if (typeof value === 'string') return turned(value);
  if (typeof value === 'function') {
    const make = value as (...given: unknown[]) => unknown;
    return (...given: unknown[]) => changed(make(...given));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, changed(each)]));
}

function turned(text: string): string {
  const arabic = [...text.toLowerCase()].map((sign) => ARABIC[LATIN.indexOf(sign)] ?? sign).join('');
  return arabic + 'ننننن '.repeat(Math.ceil((text.length * LONGER) / 6)).slice(0, Math.round(text.length * LONGER));
}
