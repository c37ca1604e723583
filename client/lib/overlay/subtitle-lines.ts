import type { SubtitlePart } from './subtitles.js';

/** As the style sheet has it: the text's size by the overlay's width, and what lies beside it, px. */
const FONT = { least: 14, share: 0.033, most: 24 };
const BESIDE = 44;
/** Widths of letters differ: so much of a line is counted on, in units of the text's size. */
const LETTER = 0.55;
const LINES = 2;
const LEAST_PAGE = 24;

/**
 * Where subtitles are written: two lines, the newest. Screen readers find them and do not read them out as they come: whoever
 * uses one hears the voice itself.
 */
export class Subtitles {
  readonly element = document.createElement('div');
  readonly #text = document.createElement('p');
  #shown = '[]';

  constructor() {
    const newest = document.createElement('div');
    newest.className = 'newest';
    newest.append(this.#text);
    const lines = document.createElement('div');
    lines.className = 'lines';
    lines.append(newest);
    this.#text.dir = 'auto';
    this.element.className = 'subtitles empty';
    this.element.setAttribute('role', 'log');
    this.element.setAttribute('aria-live', 'off');
    this.element.append(lines);
    this.speaker = null;
  }

  /** How many characters there is room for in an overlay of this width, px. */
  static pageLength(width: number): number {
    const font = Math.min(FONT.most, Math.max(FONT.least, FONT.share * width));
    return Math.max(LEAST_PAGE, Math.floor((LINES * (width - BESIDE)) / (LETTER * font)));
  }

  set speaker(name: string | null) {
    this.element.setAttribute('aria-label', name ? `What ${name} says` : 'What is said');
  }

  show(parts: readonly SubtitlePart[]): void {
    // Left alone while it says the same.
    const shown = JSON.stringify(parts);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.element.classList.toggle('empty', parts.length === 0);
    this.#text.replaceChildren(
      ...parts.flatMap(({ text, language }) => {
        const part = document.createElement('span');
        // Without a language the page's must not be taken for it: empty says that it is not known.
        part.lang = language ?? '';
        part.textContent = text;
        return [part, ' '];
      }),
    );
  }
}
