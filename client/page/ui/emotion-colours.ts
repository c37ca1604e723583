import { EMOTION_COLOURS, type Theme } from '../../lib/overlay/colours.js';

/** By the names that the strip and the parts of the report use. */
const rules = (theme: Theme): string =>
  `:root { ${Object.entries(EMOTION_COLOURS[theme])
    .map(([emotion, colour]) => `--${emotion}: ${colour}; --emo-${emotion}: ${colour};`)
    .join(' ')} }`;

/** Makes the emotions' colours known to the page, where something of the report is shown. A constructed sheet needs no `unsafe-inline`. */
export function adoptEmotionColours(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules('dark'));
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
