import { h } from './dom.js';

export interface AnalysisNoticeOptions {
  /** Withdraw everything. */
  onStop(): void;
}

/**
 * What is analysed of oneself, at the top of the call. Left alone while it says the same: screen readers read out every
 * change.
 */
export class AnalysisNotice {
  readonly element = h('div', { class: 'analysis', attr: { role: 'status' } });
  readonly #options: AnalysisNoticeOptions;

  constructor(options: AnalysisNoticeOptions) {
    this.#options = options;
  }

  /**
   * @param analysed what is, listed; empty: nothing
   * @param waiting what was agreed to and does not get through, listed
   * @param shown the words may be read by everyone
   */
  show(analysed: string, waiting: string, shown: boolean): void {
    const what = `${analysed}|${waiting}|${shown}`;
    if (this.element.dataset.what === what) return;
    this.element.dataset.what = what;
    const on = analysed !== '';
    this.element.classList.toggle('on', on);
    const stop = h('button', { type: 'button', class: 'stop' }, 'Stop all');
    stop.onclick = () => this.#options.onStop();
    const read = shown ? ' and reads your words' : '';
    const stuck = `Agreed to, but it does not get through: ${waiting}.`;
    this.element.replaceChildren(
      h('span', { class: 'lamp', attr: { 'aria-hidden': 'true' } }),
      on
        ? h(
            'p',
            {},
            h('strong', {}, `You are being analysed: ${analysed}. `),
            h('span', { class: 'more' }, waiting ? stuck : `Everyone here sees the result${read}.`),
          )
        : h('p', {}, waiting ? `Nothing of you is analysed at the moment. ${stuck}` : 'Nothing of you is analysed.'),
      ...(on || waiting ? [stop] : []),
    );
  }
}
