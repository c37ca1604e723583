import type { Modality } from '../../src/common/emotions';
import { EMOTION_COLOURS, type Theme } from '../lib/overlay/colours';

export { EMOTION_COLOURS, type Theme };

export const MODALITY_COLOURS: Record<Theme, Record<Modality, string>> = {
  dark: { face: '#5aa9ff', voice: '#3fcfb4', words: '#d58bff' },
  light: { face: '#2f7fe0', voice: '#149e86', words: '#a455d6' },
};

const KEY = 'emostream-report-theme';
const prefersDark = matchMedia('(prefers-color-scheme: dark)');

/** The theme of the page: the reader's choice, else the system's; light where it is printed. */
export class Themes {
  #chosen: Theme | null = null;
  #printing = false;
  readonly #listeners: (() => void)[] = [];

  constructor() {
    try {
      const kept = localStorage.getItem(KEY);
      if (kept === 'light' || kept === 'dark') this.#chosen = kept;
    } catch {
      // A file's page may keep nothing.
    }
    prefersDark.addEventListener('change', () => this.#apply());
    addEventListener('beforeprint', () => this.#print(true));
    addEventListener('afterprint', () => this.#print(false));
    this.#apply();
  }

  get now(): Theme {
    if (this.#printing) return 'light';
    return this.#chosen ?? (prefersDark.matches ? 'dark' : 'light');
  }

  toggle(): void {
    this.#chosen = this.now === 'dark' ? 'light' : 'dark';
    try {
      localStorage.setItem(KEY, this.#chosen);
    } catch {
      // As above.
    }
    this.#apply();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #print(printing: boolean): void {
    this.#printing = printing;
    this.#apply();
  }

  #apply(): void {
    const theme = this.now;
    const root = document.documentElement;
    root.dataset['theme'] = theme;
    for (const [emotion, colour] of Object.entries(EMOTION_COLOURS[theme]))
      root.style.setProperty(`--${emotion}`, colour);
    for (const [modality, colour] of Object.entries(MODALITY_COLOURS[theme]))
      root.style.setProperty(`--${modality}`, colour);
    for (const listener of this.#listeners) listener();
  }
}
