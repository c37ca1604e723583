import { rememberedTheme, rememberTheme } from '../remembered.js';

export const THEMES = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof THEMES)[number];

/** What the browser paints around the page. */
const AROUND = { light: '#f3f5f9', dark: '#0a0e15' } as const;

/** As it was chosen on this machine; else as the system wishes. */
export function chosenTheme(): ThemeChoice {
  const kept = rememberedTheme();
  return THEMES.find((theme) => theme === kept) ?? 'system';
}

export function chooseTheme(theme: ThemeChoice): void {
  rememberTheme(theme);
  showTheme(theme);
}

/** The sheets follow `color-scheme`, which is both until one is chosen. */
export function showTheme(theme: ThemeChoice): void {
  const { dataset } = document.documentElement;
  if (theme === 'system') delete dataset.theme;
  else dataset.theme = theme;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')) {
    const own = meta.media.includes('light') ? 'light' : 'dark';
    meta.content = AROUND[theme === 'system' ? own : theme];
  }
}

/** What an overlay on the page is to look like. */
export const overlayTheme = (): string => document.documentElement.dataset.theme ?? 'auto';
