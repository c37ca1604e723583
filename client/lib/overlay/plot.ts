import { svg } from './icons.js';
import type { Point } from './model.js';

const SIZE = 100;
const MIDDLE = SIZE / 2;
/** Half the side of the plotted square, so that the dot never leaves the frame. */
const REACH = 38;

const left = (point: Point): number => MIDDLE + point.valence * REACH;
const top = (point: Point): number => MIDDLE - point.arousal * REACH;

function say({ valence, arousal }: Point): string {
  const pleasant = valence > 0.1 ? 'pleasant' : valence < -0.1 ? 'unpleasant' : 'neither pleasant nor unpleasant';
  const excited = arousal > 0.1 ? 'excited' : arousal < -0.1 ? 'calm' : 'neither calm nor excited';
  return `Mood: ${pleasant}, ${excited} (valence ${valence.toFixed(1)}, arousal ${arousal.toFixed(1)})`;
}

/** The mood map: pleasant to the right, excited to the top, with the way of the last seconds (Russell 1980). */
export class MoodPlot {
  readonly element: SVGElement;
  readonly #trail: SVGElement;
  readonly #dot: SVGElement;

  constructor() {
    this.element = svg('svg', { viewBox: `0 0 ${SIZE} ${SIZE}`, class: 'plot', role: 'img' });
    this.#trail = svg('polyline', { class: 'trail', points: '' });
    this.#dot = svg('circle', { class: 'dot', r: 5.5 });
    this.element.append(
      svg('rect', { class: 'field', x: 0.5, y: 0.5, width: SIZE - 1, height: SIZE - 1, rx: 10 }),
      svg('path', { class: 'axis', d: `M${MIDDLE} 17V83M17 ${MIDDLE}H83` }),
      this.#label('excited', MIDDLE, 13),
      this.#label('calm', MIDDLE, 95),
      // A sad and a glad mouth say "unpleasant" and "pleasant" where the words have no room.
      svg('path', { class: 'mouth', d: 'M5 53q4.5-6 9 0M7 45v1.5M12 45v1.5' }),
      svg('path', { class: 'mouth', d: 'M86 50q4.5 6 9 0M88 45v1.5M93 45v1.5' }),
      this.#trail,
      this.#dot,
    );
    this.show([]);
  }

  show(trail: readonly Point[]): void {
    const newest = trail.at(-1);
    this.element.classList.toggle('empty', !newest);
    this.element.setAttribute('aria-label', newest ? say(newest) : 'Mood: not known');
    this.#trail.setAttribute('points', trail.map((p) => `${left(p).toFixed(1)},${top(p).toFixed(1)}`).join(' '));
    if (!newest) return;
    this.#dot.setAttribute('cx', left(newest).toFixed(1));
    this.#dot.setAttribute('cy', top(newest).toFixed(1));
  }

  #label(text: string, x: number, y: number): SVGElement {
    const label = svg('text', { x, y, class: 'axis-label', 'text-anchor': 'middle' });
    label.textContent = text;
    return label;
  }
}
