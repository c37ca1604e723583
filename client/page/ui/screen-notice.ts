import { t } from '../languages/current.js';
import { h } from './dom.js';

/** That one's own screen is seen by the others, for as long as it is, and the end of it. */
export class ScreenNotice {
  readonly element: HTMLElement;

  constructor(onStop: () => void) {
    const words = t().screen;
    const stop = h('button', { type: 'button', class: 'answer' }, words.stop);
    stop.onclick = onStop;
    const text = h('p', {}, h('strong', {}, `${words.seen} `), words.never);
    this.element = h('div', { class: 'recording sharing', hidden: true, attr: { role: 'status' } }, text, stop);
  }

  show(shared: boolean): void {
    this.element.hidden = !shared;
  }
}
