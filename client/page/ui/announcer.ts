import { t } from '../languages/current.js';
import { h } from './dom.js';

/** How long a notice is shown, ms. */
const SHOWN_MS = 5000;
const MOST_SHOWN = 3;

/**
 * Short notices, seen and (politely) spoken by screen readers: who came and went, what failed. Emotions are not announced:
 * once a second for each person would drown everything else; they can be read on each tile.
 */
export class Announcer {
  readonly element = h('div', { class: 'notices', attr: { role: 'status', 'aria-live': 'polite' } });

  /** @param about what of it only the newest is true: what was said before of the same is taken away */
  say(text: string, kind: 'info' | 'problem' = 'info', about = ''): void {
    if (about) this.retract(about);
    const close = h('button', { type: 'button', class: 'notice-close', attr: { 'aria-label': t().dismiss } }, '×');
    const notice = h('p', { class: `notice ${kind}`, data: { about } }, text, close);
    close.onclick = () => notice.remove();
    // Who came and went: the last is enough, so that little of the pictures is covered.
    if (kind === 'info') for (const old of this.element.querySelectorAll('.info')) old.remove();
    while (this.element.childElementCount >= MOST_SHOWN) this.element.firstElementChild?.remove();
    this.element.append(notice);
    // A problem stays until it is read; a bound is kept all the same.
    if (kind === 'info') setTimeout(() => notice.remove(), SHOWN_MS);
  }

  /** What was said of this is true no more. */
  retract(about: string): void {
    for (const notice of this.element.querySelectorAll(`[data-about="${about}"]`)) notice.remove();
  }
}
