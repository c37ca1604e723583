import { EMOTIONS } from '../../lib/index.js';
import { EMOTION_COLOURS } from '../../lib/overlay/colours.js';

/** By the names that the strip and the parts of the report use. */
const rules = (): string =>
  `:root { ${EMOTIONS.map((emotion) => {
    const colour = `light-dark(${EMOTION_COLOURS.light[emotion]}, ${EMOTION_COLOURS.dark[emotion]})`;
    return `--${emotion}: ${colour}; --emo-${emotion}: ${colour};`;
  }).join(' ')} }`;

/** Makes the emotions' colours known to the page, where something of the report is shown. A constructed sheet needs no `unsafe-inline`. */
export function adoptEmotionColours(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules());
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
