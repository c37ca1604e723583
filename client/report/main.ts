import chartStyle from 'uplot/dist/uPlot.min.css?inline';
import type { ReportData } from '../../src/report/report-data';
import { el } from './dom';
import { clock, nameOf } from './format';
import { locale, spoken } from './languages/spoken';
import { LabelStrip } from './label-strip';
import { momentList, transcript } from './lists';
import { overview } from './overview';
import parts from './parts.css?inline';
import { Player } from './player';
import { describeSecond } from './second';
import style from './style.css?inline';
import { Themes } from './theme';
import { Timeline } from './timeline';
import { WordLane } from './word-lane';

const data = JSON.parse(document.getElementById('data')?.textContent ?? '{}') as ReportData;
document.head.append(el('style', {}, `${chartStyle}\n${parts}\n${style}`));
const { page } = spoken;
const themes = new Themes();
const root = document.getElementById('report')!;
root.replaceChildren();

const tip = el('div', { className: 'tip' });
tip.hidden = true;
const now = el('div', { className: 'now' });
const timelines: Timeline[] = [];
const lanes: (WordLane | LabelStrip)[] = [];

const said = transcript(data, (second) => player.jump(second), spoken);
const player = new Player(data, (seconds) => showAt(seconds));

function showAt(seconds: number): void {
  for (const timeline of timelines) timeline.setHead(seconds);
  said.mark(seconds);
  const second = Math.min(Math.max(0, Math.floor(seconds)), Math.max(0, data.seconds - 1));
  now.replaceChildren(...data.people.slice(0, 4).map((_, index) => describeSecond(data, index, second)));
}

function setRange(from: number, to: number): void {
  for (const timeline of timelines) timeline.setRange(from, to);
  for (const lane of lanes) lane.setRange(from, to);
  whole.hidden = from <= 0 && to >= data.seconds;
}

const whole = el('button', { type: 'button' }, page.whole);
whole.hidden = true;
whole.addEventListener('click', () => setRange(0, Math.max(1, data.seconds)));

function heading(): HTMLElement {
  const seats = data.people.filter(({ face }) => face === null).length;
  const faces = data.people.length - seats;
  const facts = [
    clock(data.seconds),
    seats > 1 ? page.people(seats) : '',
    faces > 1 ? page.faces(faces) : '',
    data.startedAt === null ? '' : new Date(data.startedAt).toLocaleString(locale),
    page.judged(data.model, data.engine),
  ].filter((fact) => fact !== '');
  const theme = el('button', { type: 'button' }, page.theme);
  theme.addEventListener('click', () => themes.toggle());
  const print = el('button', { type: 'button' }, page.print);
  print.addEventListener('click', () => window.print());
  return el(
    'header',
    {},
    el('div', {}, el('h1', {}, data.title), el('p', {}, facts.join(' · '))),
    el('div', { className: 'buttons' }, theme, print),
  );
}

function personSection(index: number): HTMLElement {
  const timeline = new Timeline(data, index, themes, {
    onHover: (second, person) => hover(second, person),
    onJump: (second) => player.jump(second),
    onRange: setRange,
  });
  const lane = new WordLane(data, index, (second) => player.jump(second));
  timelines.push(timeline);
  const strip = new LabelStrip(data.people[index]!, data.seconds, themes);
  lanes.push(lane, strip);
  const smoothed = el('input', { type: 'checkbox', id: `smoothed-${String(index)}`, checked: '' });
  smoothed.addEventListener('change', () => timeline.setSmoothed(smoothed.checked));
  return el(
    'section',
    { className: 'card' },
    el(
      'div',
      { className: 'card-title' },
      el('h2', {}, data.people.length > 1 ? nameOf(data, index, spoken) : page.timeline),
      el('label', { for: `smoothed-${String(index)}` }, smoothed, page.smoothed),
      index === 0 ? whole : null,
    ),
    lane.element,
    strip.element,
    timeline.element,
  );
}

function hover(second: number | null, person: number): void {
  tip.hidden = second === null;
  if (second !== null) tip.replaceChildren(describeSecond(data, person, second));
}

addEventListener('pointermove', ({ clientX, clientY }) => {
  if (tip.hidden) return;
  const { offsetWidth, offsetHeight } = tip;
  const left = clientX + 18 + offsetWidth > innerWidth ? clientX - offsetWidth - 18 : clientX + 18;
  const top = Math.max(8, Math.min(innerHeight - offsetHeight - 8, clientY - offsetHeight / 2));
  tip.style.transform = `translate(${String(left)}px, ${String(top)}px)`;
});

const isPlayed = !player.element.hidden;
root.append(
  heading(),
  ...(data.notes.length > 0 ? [el('ul', { className: 'notes' }, ...data.notes.map((note) => el('li', {}, note)))] : []),
  el(
    'div',
    { className: isPlayed ? 'top' : 'top bare' },
    ...(isPlayed ? [el('section', { className: 'card media' }, player.element)] : []),
    el('section', { className: 'card' }, el('h2', {}, page.second), now),
    el(
      'section',
      { className: 'card' },
      el('h2', {}, page.all),
      ...data.summary.map((_, index) => overview(data, index, spoken)),
    ),
  ),
  ...data.people.map((_, index) => personSection(index)),
  el(
    'div',
    { className: 'lists' },
    el(
      'section',
      { className: 'card' },
      el('h2', {}, page.moments),
      momentList(data, (second) => player.jump(second), spoken),
    ),
    ...(data.words.length > 0 ? [el('section', { className: 'card' }, el('h2', {}, page.said), said.element)] : []),
  ),
  el('footer', {}, page.foot(data.version)),
  tip,
);

themes.onChange(() => [...timelines, ...lanes].forEach((each) => each.draw()));
new ResizeObserver(() => {
  for (const timeline of timelines) timeline.resize();
  for (const lane of lanes) lane.draw();
}).observe(root);
showAt(0);
