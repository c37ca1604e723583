import { EMOTIONS } from '../../src/common/emotions';
import type { ReportPerson } from '../../src/report/report-data';
import { el } from './dom';
import { spoken } from './languages/spoken';
import { EMOTION_COLOURS, type Themes } from './theme';

/** Where the charts below it begin and end, pixels: their axis, their padding. */
const LEFT = 44;
const RIGHT = 10;
const HEIGHT = 12;
/** How much is left of the colour of a guess. */
const PALE = 0.35;

/** The label of each second, pale where it is a guess, and nothing where there was nothing to judge by. */
export class LabelStrip {
  readonly #canvas = el('canvas', { className: 'strip', title: spoken.page.strip });
  readonly element = el('div', {}, this.#canvas);
  readonly #person: ReportPerson;
  readonly #themes: Themes;
  #range: [number, number];

  constructor(person: ReportPerson, seconds: number, themes: Themes) {
    this.#person = person;
    this.#themes = themes;
    this.#range = [0, Math.max(1, seconds)];
  }

  setRange(from: number, to: number): void {
    this.#range = [from, to];
    this.draw();
  }

  draw(): void {
    const width = this.element.clientWidth - LEFT - RIGHT;
    const context = this.#canvas.getContext('2d');
    if (width <= 0 || !context) return;
    const ratio = devicePixelRatio;
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = HEIGHT * ratio;
    this.#canvas.style.width = `${String(width)}px`;
    const [from, to] = this.#range;
    const scale = this.#canvas.width / (to - from);
    const colours = EMOTION_COLOURS[this.#themes.now];
    const { label, uncertain } = this.#person;
    for (let second = Math.floor(from); second < Math.min(label.length, to); second++) {
      const index = label[second];
      if (typeof index !== 'number') continue;
      context.globalAlpha = uncertain[second] === 1 ? PALE : 1;
      context.fillStyle = colours[EMOTIONS[index]!];
      // From whole pixel to whole pixel: no seams between seconds.
      const left = Math.floor((second - from) * scale);
      context.fillRect(left, 0, Math.floor((second + 1 - from) * scale) - left, this.#canvas.height);
    }
  }
}
