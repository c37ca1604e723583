import { svg } from '../../lib/overlay/icons.js';
import { t } from '../languages/current.js';
import type { Quality } from '../session/quality.js';
import { h } from './dom.js';

const BARS = { bad: 1, weak: 2, good: 3 } as const satisfies Record<Quality, number>;

/** How well somebody's picture and sound get through: bars to be seen, and words for who points at them or listens. */
export class QualitySign {
  readonly element = h('span', { class: 'quality', hidden: true, attr: { role: 'img' } });
  readonly #own: boolean;

  constructor(own: boolean) {
    this.#own = own;
    const bars = [1, 2, 3].map((bar) =>
      svg('rect', {
        x: String(2 + (bar - 1) * 7),
        y: String(18 - bar * 5),
        width: '5',
        height: String(bar * 5),
        rx: '1',
      }),
    );
    const root = svg('svg', { viewBox: '0 0 24 20', 'aria-hidden': 'true' });
    root.append(...bars);
    this.element.append(root);
  }

  /** @param quality null: nothing is known, and nothing said */
  show(quality: Quality | null): void {
    this.element.hidden = quality === null;
    if (quality === null) return;
    const text = t().quality[this.#own ? 'own' : 'theirs'][quality];
    this.element.dataset.quality = quality;
    this.element.title = text;
    this.element.setAttribute('aria-label', text);
    this.element.querySelectorAll('rect').forEach((bar, index) => {
      bar.classList.toggle('lit', index < BARS[quality]);
    });
  }
}
