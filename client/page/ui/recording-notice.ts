import type { RecordingState } from '../session/recording-seat.js';
import { t } from '../languages/current.js';
import { h } from './dom.js';

export interface RecordingNoticeOptions {
  /** One's own results may be in it, or not. */
  onAnswer(agreed: boolean): void;
}

/**
 * That the call's results are recorded, for as long as they are, and the question whether one's own may be: without an answer they are
 * not, and the answer can be changed at any time.
 */
export class RecordingNotice {
  readonly element = h('div', { class: 'recording', hidden: true, attr: { role: 'status' } });
  readonly #options: RecordingNoticeOptions;

  constructor(options: RecordingNoticeOptions) {
    this.#options = options;
  }

  /** @param state null: nothing is recorded, or nothing is known of it */
  show(state: RecordingState | null): void {
    const what = state ? `${state.recording}|${state.answered}|${state.agreed}` : '';
    if ((this.element.dataset.what ?? '') === what) return;
    this.element.dataset.what = what;
    const hadFocus = this.element.contains(document.activeElement);
    this.element.hidden = state === null;
    this.element.classList.toggle('on', state?.agreed === true);
    this.element.replaceChildren(...(state ? this.#said(state) : []));
    // The button that was pressed is gone.
    if (hadFocus) this.element.querySelector('button')?.focus();
  }

  #said({ agreed, answered }: RecordingState): HTMLElement[] {
    const lamp = h('span', { class: 'lamp', attr: { 'aria-hidden': 'true' } });
    const words = t().recording;
    const text = agreed ? words.in : answered ? words.out : words.ask;
    const yes = h('button', { type: 'button', class: 'answer' }, answered ? words.record : words.yes);
    const no = h('button', { type: 'button', class: 'answer' }, answered ? words.leaveOut : words.no);
    yes.onclick = () => this.#options.onAnswer(true);
    no.onclick = () => this.#options.onAnswer(false);
    return [
      lamp,
      h('p', {}, h('strong', {}, `${words.on} `), h('span', {}, text)),
      ...(agreed ? [no] : answered ? [yes] : [yes, no]),
    ];
  }
}
