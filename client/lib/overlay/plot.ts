import { svg } from './icons.js';
import type { OverlayWords } from './languages/en.js';
import type { Point } from './model.js';

const SIZE = 100;
const MIDDLE = SIZE / 2;
/** Half the side of the plotted square, so that the dot never leaves the frame. */
const REACH = 38;

const left = (point: Point): number => MIDDLE + point.valence * REACH;
const top = (point: Point): number => MIDDLE - point.arousal * REACH;

function say({ valence, arousal }: Point, { mood, format }: OverlayWords): string {
  const pleasure = valence > 0.1 ? mood.pleasant : valence < -0.1 ? mood.unpleasant : mood.noPleasure;
  const excitement = arousal > 0.1 ? mood.excited : arousal < -0.1 ? mood.calm : mood.noExcitement;
  return mood.known(pleasure, excitement, format.short(valence), format.short(arousal));
}

/** The mood map: pleasant to the right, excited to the top, with the way of the last seconds (Russell 1980). */
export class MoodPlot {
  readonly element: SVGElement;
  readonly #trail: SVGElement;
  readonly #dot: SVGElement;
  readonly #excited = label(MIDDLE, 13);
  readonly #calm = label(MIDDLE, 95);

  constructor() {
    this.element = svg('svg', { viewBox: `0 0 ${SIZE} ${SIZE}`, class: 'plot', role: 'img' });
    this.#trail = svg('polyline', { class: 'trail', points: '' });
    this.#dot = svg('circle', { class: 'dot', r: 5.5 });
    this.element.append(
      svg('rect', { class: 'field', x: 0.5, y: 0.5, width: SIZE - 1, height: SIZE - 1, rx: 10 }),
      svg('path', { class: 'axis', d: `M${MIDDLE} 17V83M17 ${MIDDLE}H83` }),
      this.#excited,
      this.#calm,
      // A sad and a glad mouth say "unpleasant" and "pleasant" where the words have no room.
      svg('path', { class: 'mouth', d: 'M5 53q4.5-6 9 0M7 45v1.5M12 45v1.5' }),
      svg('path', { class: 'mouth', d: 'M86 50q4.5 6 9 0M88 45v1.5M93 45v1.5' }),
      this.#trail,
      this.#dot,
    );
  }

  show(trail: readonly Point[], words: OverlayWords): void {
    const { mood } = words;
    this.#excited.textContent = mood.excited;
    this.#calm.textContent = mood.calm;
    const newest = trail.at(-1);
    this.element.classList.toggle('empty', !newest);
    this.element.setAttribute('aria-label', newest ? say(newest, words) : mood.unknown);
    this.#trail.setAttribute('points', trail.map((p) => `${left(p).toFixed(1)},${top(p).toFixed(1)}`).join(' '));
    if (!newest) return;
    this.#dot.setAttribute('cx', left(newest).toFixed(1));
    this.#dot.setAttribute('cy', top(newest).toFixed(1));
  }
}

const label = (x: number, y: number): SVGElement => svg('text', { x, y, class: 'axis-label', 'text-anchor': 'middle' });
