import type { RecordingState } from '../session/recording-seat.js';
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
    const text = agreed
      ? 'Yours are in it.'
      : answered
        ? 'Yours are left out.'
        : 'May yours be recorded, too? Until you say yes they are left out. Never picture or sound.';
    const yes = h('button', { type: 'button', class: 'answer' }, answered ? 'Record mine' : 'Yes, record mine');
    const no = h('button', { type: 'button', class: 'answer' }, answered ? 'Leave mine out' : 'No');
    yes.onclick = () => this.#options.onAnswer(true);
    no.onclick = () => this.#options.onAnswer(false);
    return [
      lamp,
      h('p', {}, h('strong', {}, 'This call’s results are being recorded. '), h('span', {}, text)),
      ...(agreed ? [no] : answered ? [yes] : [yes, no]),
    ];
  }
}
