import type { SubtitlePart } from './subtitles.js';

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
  }

  /** Whose words they are, for screen readers. */
  set label(label: string) {
    this.element.setAttribute('aria-label', label);
  }

  show(parts: readonly SubtitlePart[]): void {
    // Left alone while it says the same.
    const shown = JSON.stringify(parts);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.element.classList.toggle('empty', parts.length === 0);
    this.#text.replaceChildren(
      ...parts.map(({ text, language }) => {
        const part = document.createElement('span');
        // Without a language the page's must not be taken for it: empty says that it is not known.
        part.lang = language ?? '';
        part.textContent = text;
        return part;
      }),
    );
  }
}
