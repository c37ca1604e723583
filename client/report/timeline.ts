import uPlot from 'uplot';
import { EMOTIONS, MODALITIES } from '../../src/common/emotions';
import type { Column, ReportData, ReportPerson } from '../../src/report/report-data';
import { el } from './dom';
import { clock } from './format';
import { spoken } from './languages/spoken';
import { EMOTION_COLOURS, MODALITY_COLOURS, type Themes } from './theme';

const { page } = spoken;
const { percent } = spoken.format;
type Chart = keyof typeof page.charts;

export interface TimelineEvents {
  /** The pointer is over a second; null: over none. */
  onHover(second: number | null, person: number): void;
  onJump(second: number): void;
  /** What part of the time is shown, seconds. */
  onRange(from: number, to: number): void;
}

type Values = (number | null)[];

const share = (column: Column): Values => column.map((value) => (value === null ? null : value / 1000));

/** Each column on top of those before it; nothing where one of them has nothing. */
function stacked(columns: Column[]): Values[] {
  const total: Values = (columns[0] ?? []).map(() => 0);
  return columns.map((column) =>
    column.map(
      (value, i) => (total[i] = value === null && total[i] === null ? null : (total[i] ?? 0) + (value ?? 0) / 1000),
    ),
  );
}

const isAbsent = (columns: Column[], at: number): boolean => columns.every((column) => column[at] === null);

/** Sums, largest first: each is drawn over the one before, down to the ground. */
function layers(columns: Column[]): Values[] {
  return stacked(columns)
    .map((sums) => sums.map((sum, at) => (isAbsent(columns, at) ? null : sum)))
    .reverse();
}

/** The charts of one person, which share their time and their cursor with those of all others. */
export class Timeline {
  readonly element = el('div', { className: 'timeline' });
  readonly #person: ReportPerson;
  readonly #index: number;
  readonly #times: number[];
  readonly #themes: Themes;
  readonly #events: TimelineEvents;
  readonly #charts: uPlot[] = [];
  readonly #heads: HTMLElement[] = [];
  #smoothed = true;
  #range: [number, number];
  #applying = false;

  constructor(data: ReportData, index: number, themes: Themes, events: TimelineEvents) {
    this.#person = data.people[index]!;
    this.#index = index;
    this.#themes = themes;
    this.#events = events;
    this.#times = Array.from({ length: data.seconds }, (_, second) => second + 0.5);
    this.#range = [0, Math.max(1, data.seconds)];
    this.draw();
  }

  setSmoothed(smoothed: boolean): void {
    this.#smoothed = smoothed;
    this.#charts[0]?.setData(this.#emotionData(), false);
    this.#charts[0]?.redraw(true);
  }

  setRange(from: number, to: number): void {
    this.#range = [from, to];
    this.#applying = true;
    for (const chart of this.#charts) chart.setScale('x', { min: from, max: to });
    this.#applying = false;
    this.#placeHeads();
  }

  #head = 0;

  setHead(seconds: number): void {
    this.#head = seconds;
    this.#placeHeads();
  }

  resize(): void {
    const { clientWidth } = this.element;
    if (clientWidth === 0) return;
    for (const chart of this.#charts) chart.setSize({ width: clientWidth, height: chart.height });
    this.#placeHeads();
  }

  /** Anew, in the colours of the theme. */
  draw(): void {
    for (const chart of this.#charts.splice(0)) chart.destroy();
    this.#heads.length = 0;
    this.element.replaceChildren();
    const theme = this.#themes.now;
    const emotions = [...EMOTIONS].reverse();
    this.#add(
      'emotions',
      210,
      this.#emotionData(),
      emotions.map((emotion) => area(EMOTION_COLOURS[theme][emotion])),
      [0, 1],
    );
    const { valence, arousal, weight, quality } = this.#person;
    const colours = MODALITY_COLOURS[theme];
    this.#add(
      'mood',
      120,
      [this.#times, share(valence), share(arousal)],
      [line(colours.face), line(EMOTION_COLOURS[theme].angry)],
      [-1, 1],
    );
    const modalities = [...MODALITIES].reverse();
    this.#add(
      'counted',
      84,
      [this.#times, ...layers(MODALITIES.map((modality) => weight[modality]))],
      modalities.map((modality) => area(colours[modality])),
      [0, 1],
    );
    this.#add(
      'quality',
      84,
      [this.#times, ...MODALITIES.map((modality) => share(quality[modality]))],
      MODALITIES.map((modality) => line(colours[modality])),
      [0, 1],
    );
    requestAnimationFrame(() => this.resize());
  }

  #emotionData(): uPlot.AlignedData {
    const from = this.#smoothed ? this.#person.smoothed : this.#person.scores;
    return [this.#times, ...layers(EMOTIONS.map((emotion) => from[emotion]))];
  }

  #add(what: Chart, height: number, data: uPlot.AlignedData, series: uPlot.Series[], range: [number, number]): void {
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const axis = {
      stroke: colour('--muted'),
      grid: { stroke: colour('--grid'), width: 1 },
      ticks: { show: false },
      font: '12px system-ui',
    };
    const isLast = what === 'quality';
    const holder = el('div', { className: 'chart' });
    const key = legendOf(what);
    this.element.append(el('div', { className: 'chart-title' }, el('span', {}, page.charts[what]), key), holder);
    const chart = new uPlot(
      {
        ...{ width: Math.max(280, this.element.clientWidth || 900), height: height + (isLast ? 24 : 0) },
        legend: { show: false },
        padding: [6, 10, isLast ? 0 : 8, 0],
        cursor: {
          sync: { key: 'report', scales: ['x', null] },
          drag: { x: true, y: false, setScale: true },
          points: { show: what === 'mood' || isLast, size: 7 },
          y: false,
        },
        scales: { x: { time: false, range: (_, min, max) => [min, max] }, y: { range } },
        axes: [
          isLast
            ? {
                ...axis,
                size: 24,
                values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? clock(tick) : '')),
              }
            : { ...axis, size: 0, show: true, values: (_, ticks) => ticks.map(() => '') },
          {
            ...axis,
            size: 44,
            splits: () => (range[0] < 0 ? [-1, 0, 1] : [0, 0.5, 1]),
            values: (_, ticks) => ticks.map((tick) => (range[0] < 0 ? String(tick).replace('-', '−') : percent(tick))),
          },
        ],
        series: [{}, ...series],
        hooks: {
          setCursor: [(u) => this.#hover(u)],
          setScale: [(u, key) => this.#scaled(u, key)],
          ready: [(u) => this.#listen(u)],
        },
      },
      data,
      holder,
    );
    chart.setScale('x', { min: this.#range[0], max: this.#range[1] });
    this.#charts.push(chart);
    const head = el('div', { className: 'playhead' });
    chart.over.append(head);
    this.#heads.push(head);
  }

  #listen(u: uPlot): void {
    let downAt = 0;
    u.over.addEventListener('mousedown', ({ clientX }) => (downAt = clientX));
    u.over.addEventListener('click', ({ clientX }) => {
      if (Math.abs(clientX - downAt) > 3) return;
      this.#events.onJump(Math.max(0, u.posToVal(clientX - u.over.getBoundingClientRect().left, 'x')));
    });
    u.over.addEventListener('mouseleave', () => this.#events.onHover(null, this.#index));
    u.over.addEventListener('dblclick', () => this.#events.onRange(0, Math.max(1, this.#times.length)));
  }

  #hover(u: uPlot): void {
    if (!u.over.matches(':hover') || u.cursor.left === undefined || u.cursor.left < 0) return;
    const second = Math.floor(u.posToVal(u.cursor.left, 'x'));
    this.#events.onHover(second >= 0 && second < this.#times.length ? second : null, this.#index);
  }

  #scaled(u: uPlot, key: string): void {
    const { min, max } = u.scales['x'] ?? {};
    if (key !== 'x' || this.#applying || min == null || max == null || !this.#charts.includes(u)) return;
    if (min === this.#range[0] && max === this.#range[1]) return;
    // Less than some seconds shows nothing more.
    const least = Math.min(5, this.#times.length);
    const middle = (min + max) / 2;
    const [from, to] = max - min < least ? [middle - least / 2, middle + least / 2] : [min, max];
    queueMicrotask(() => this.#events.onRange(Math.max(0, from), Math.min(to, Math.max(1, this.#times.length))));
  }

  #placeHeads(): void {
    this.#charts.forEach((chart, i) => {
      const left = chart.valToPos(this.#head, 'x');
      const isIn = left >= 0 && left <= chart.over.clientWidth;
      const head = this.#heads[i];
      if (head) head.style.transform = isIn ? `translateX(${String(left)}px)` : 'translateX(-9999px)';
    });
  }
}

/** A second between two that have nothing has no line to it: it gets a point. */
const lonePoints = (colour: string): uPlot.Series.Points => ({
  ...{ show: true, size: 6, stroke: colour, fill: colour },
  filter: (u, series) => {
    const values = u.data[series] ?? [];
    const has = (at: number): boolean => typeof values[at] === 'number';
    return Array.from(values.keys()).filter((at) => has(at) && !has(at - 1) && !has(at + 1));
  },
});
const area = (colour: string): uPlot.Series => ({ stroke: colour, fill: colour, width: 0, points: lonePoints(colour) });
const line = (colour: string): uPlot.Series => ({
  ...{ stroke: colour, width: 2, points: lonePoints(colour), spanGaps: false },
});

function legendOf(what: Chart): HTMLElement {
  const entry = (name: string, colour: string): HTMLElement => {
    const swatch = el('i');
    swatch.style.background = `var(--${colour})`;
    return el('span', { className: 'key' }, swatch, name);
  };
  if (what === 'emotions')
    return el('span', { className: 'keys' }, ...EMOTIONS.map((emotion) => entry(spoken.emotions[emotion], emotion)));
  if (what === 'mood') {
    return el('span', { className: 'keys' }, entry(page.valence, 'face'), entry(page.arousal, 'angry'));
  }
  return el('span', { className: 'keys' }, ...MODALITIES.map((modality) => entry(page.modalities[modality], modality)));
}
