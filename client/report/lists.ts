import { EMOTIONS } from '../../src/common/emotions';
import type { Moment, ReportData } from '../../src/report/report-data';
import { el } from './dom';
import { capital, clock, nameOf, percent } from './format';

/** Seconds to look at, to be jumped to. */
export function momentList(data: ReportData, onJump: (second: number) => void): HTMLElement {
  const list = el('ol', { className: 'moments' });
  for (const moment of data.moments) {
    const item = el('button', { type: 'button', className: 'moment' }, ...parts(data, moment));
    item.style.setProperty('--colour', `var(--${moment.emotion})`);
    item.addEventListener('click', () => onJump(moment.second));
    list.append(el('li', {}, item));
  }
  if (data.moments.length === 0) list.append(el('li', { className: 'quiet' }, 'Nothing stands out.'));
  return list;
}

function parts(data: ReportData, { person, second, kind, emotion, before, size, words }: Moment): HTMLElement[] {
  const what = kind === 'strongest' ? `Most ${emotion}` : `${capital(before ?? 'neutral')} gives way to ${emotion}`;
  const who = data.people.length > 1 ? `${nameOf(data, person)} · ` : '';
  const much = kind === 'strongest' ? percent(size) : `${percent(size)} changes`;
  return [
    el('time', {}, clock(second)),
    el('span', { className: 'what' }, el('b', {}, what), el('span', {}, `${who}${much}`)),
    ...(words === '' ? [] : [el('span', { className: 'said' }, `“${words}”`)]),
  ];
}

/** All that was said, with the emotion of the second in which it begins. */
export function transcript(
  data: ReportData,
  onJump: (second: number) => void,
): { element: HTMLElement; mark(second: number): void } {
  const list = el('ol', { className: 'transcript' });
  const rows = data.words.map((said) => {
    const label = data.people[said.person]?.label[Math.floor(said.from)];
    const row = el('button', { type: 'button' }, el('time', {}, clock(said.from)), el('span', {}, said.text));
    const colour = typeof label === 'number' ? `var(--${EMOTIONS[label]!})` : 'var(--nothing)';
    row.style.setProperty('--colour', colour);
    row.title = typeof label === 'number' ? EMOTIONS[label]! : '';
    row.addEventListener('click', () => onJump(said.from));
    list.append(el('li', {}, row));
    return row;
  });
  let marked = -1;
  return {
    element: list,
    mark: (second) => {
      const at = data.words.findIndex(({ from, to }) => from <= second && second < to);
      if (at === marked) return;
      rows[marked]?.classList.remove('now');
      rows[at]?.classList.add('now');
      marked = at;
    },
  };
}
