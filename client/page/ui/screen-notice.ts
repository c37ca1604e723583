import { t } from '../languages/current.js';
import { h } from './dom.js';

/** That one's own screen is seen by the others, for as long as it is, and the end of it. */
export class ScreenNotice {
  readonly element: HTMLElement;
  readonly #seen = h('strong');

  constructor(onStop: () => void) {
    const words = t().screen;
    const stop = h('button', { type: 'button', class: 'answer' }, words.stop);
    stop.onclick = onStop;
    const text = h('p', {}, this.#seen, ' ', words.never);
    this.element = h('div', { class: 'recording sharing', hidden: true, attr: { role: 'status' } }, text, stop);
  }

  /** @param doubt it cannot be known who sees it */
  show(shared: boolean, doubt: boolean): void {
    const { seen, waiting } = t().screen;
    const text = doubt ? waiting : seen;
    // Said again it would be read out again.
    if (this.#seen.textContent !== text) this.#seen.textContent = text;
    this.element.hidden = !shared;
  }
}
