import { chooseLanguage } from '../languages/choose.js';
import { languageTag, t } from '../languages/current.js';
import { LANGUAGES } from '../languages/known.js';
import { h, uniqueId } from './dom.js';
import { chooseTheme, chosenTheme, type ThemeChoice, THEMES } from './theme.js';

export interface SettingsOptions {
  /** The page speaks another language by now; what is shown does not. */
  onLanguage(): void;
}

/** How the page speaks and looks: remembered on this machine. */
export function settings({ onLanguage }: SettingsOptions): HTMLElement {
  const words = t().settings;
  const language = choice(
    'language',
    words.language,
    Object.entries(LANGUAGES).map(([tag, { name }]) => ({ value: tag, text: name, lang: tag })),
    languageTag(),
  );
  language.select.onchange = async () => {
    await chooseLanguage(language.select.value);
    // What was chosen here counts from now on, not what a link asked for.
    const url = new URL(location.href);
    url.searchParams.delete('lang');
    history.replaceState(null, '', url);
    onLanguage();
  };
  const theme = choice(
    'theme',
    words.theme,
    THEMES.map((value) => ({ value, text: words.themes[value] })),
    chosenTheme(),
  );
  theme.select.onchange = () => chooseTheme(theme.select.value as ThemeChoice);
  return h('div', { class: 'settings' }, language.element, theme.element);
}

interface Option {
  value: string;
  text: string;
  lang?: string;
}

function choice(
  name: string,
  label: string,
  options: readonly Option[],
  value: string,
): { element: HTMLElement; select: HTMLSelectElement } {
  const made = options.map(({ value, text, lang = '' }) => h('option', { value, ...(lang && { lang }) }, text));
  const select = h('select', { id: uniqueId('setting'), name }, ...made);
  select.value = value;
  return { select, element: h('div', {}, h('label', { htmlFor: select.id }, label), select) };
}
