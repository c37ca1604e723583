import { EMOTIONS } from '../../src/common/emotions';
import type { ReportData, ReportWords } from '../../src/report/report-data';
import { el } from './dom';

/** Where the charts begin and end beside it, pixels: their axis, their padding. */
const LEFT = 44;
const RIGHT = 10;
/** Narrower is no text that can be read, pixels. */
const LEAST_TEXT = 26;

/** What one person said, where they said it, above their charts. */
export class WordLane {
  readonly element = el('div', { className: 'lane' });
  readonly #words: ReportWords[];
  readonly #labels: (number | null)[];
  readonly #onJump: (second: number) => void;
  #range: [number, number];

  constructor(data: ReportData, index: number, onJump: (second: number) => void) {
    this.#words = data.words.filter(({ person }) => person === index);
    this.#labels = data.people[index]!.label;
    this.#onJump = onJump;
    this.#range = [0, Math.max(1, data.seconds)];
    this.element.hidden = this.#words.length === 0;
  }

  setRange(from: number, to: number): void {
    this.#range = [from, to];
    this.draw();
  }

  draw(): void {
    const width = this.element.clientWidth - LEFT - RIGHT;
    if (this.element.hidden || width <= 0) return;
    const [from, to] = this.#range;
    const scale = width / (to - from);
    const chips: HTMLElement[] = [];
    for (const said of this.#words) {
      if (said.to < from || said.from > to) continue;
      const left = Math.max(0, (said.from - from) * scale);
      const right = Math.min(width, Math.max((said.to - from) * scale, left + 3));
      const label = this.#labels[Math.floor(said.from)];
      const chip = el('button', { className: 'chip', type: 'button', title: said.text });
      chip.style.left = `${String(LEFT + left)}px`;
      chip.style.width = `${String(Math.max(2, right - left - 1))}px`;
      chip.style.setProperty('--colour', typeof label === 'number' ? `var(--${EMOTIONS[label]!})` : 'var(--muted)');
      if (right - left > LEAST_TEXT) chip.textContent = said.text;
      chip.addEventListener('click', () => this.#onJump(said.from));
      chips.push(chip);
    }
    this.element.replaceChildren(...chips);
  }
}
