const NAME = 'emostream.name';
const KEYS = 'emostream.keys';
const LANGUAGE = 'emostream.language';
const THEME = 'emostream.theme';

/** What this browser keeps for the person, on this machine alone; a browser that keeps nothing forgets it. */
function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Then it is asked for again.
  }
}

export const rememberedName = (): string => read(NAME) ?? '';
export const rememberName = (name: string): void => write(NAME, name);

/** Whether single keys do something in a call; they do until somebody switches them off. */
export const keysWanted = (): boolean => read(KEYS) !== 'off';
export const wantKeys = (wanted: boolean): void => write(KEYS, wanted ? 'on' : 'off');

/** The language that was chosen here; null: none was. */
export const rememberedLanguage = (): string | null => read(LANGUAGE);
export const rememberLanguage = (tag: string): void => write(LANGUAGE, tag);

/** The look that was chosen here; null: none was. */
export const rememberedTheme = (): string | null => read(THEME);
export const rememberTheme = (theme: string): void => write(THEME, theme);
