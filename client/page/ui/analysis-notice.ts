import type { Standing } from '../session/standing.js';
import { analysisWords } from './analysis-words.js';
import { t } from '../languages/current.js';
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

  show(standing: Standing): void {
    const words = analysisWords(standing);
    const said = JSON.stringify(words);
    if (this.element.dataset.said === said) return;
    this.element.dataset.said = said;
    this.element.dataset.tone = words.tone;
    const stop = h('button', { type: 'button', class: 'stop' }, t().analysis.stop);
    stop.onclick = () => this.#options.onStop();
    const what = words.tone === 'off' ? words.what : h('strong', {}, words.what);
    const more = words.more && h('span', { class: words.tone === 'on' ? 'more' : '' }, ` ${words.more}`);
    this.element.replaceChildren(
      h('span', { class: 'lamp', attr: { 'aria-hidden': 'true' } }),
      h('p', {}, what, more),
      ...(words.stop ? [stop] : []),
    );
  }
}
