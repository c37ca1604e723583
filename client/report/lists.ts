import { EMOTIONS } from '../../src/common/emotions';
import type { Moment, ReportData, ReportPerson } from '../../src/report/report-data';
import { el } from './dom';
import { clock, nameOf } from './format';
import type { PartWords } from './words';

type Told = Pick<ReportData, 'moments'> & { people: Pick<ReportPerson, 'id' | 'face'>[] };

/** Something at a second: a button where one can jump there. */
function placed(className: string, second: number, onJump: Jump | null, ...children: HTMLElement[]): HTMLElement {
  const element = onJump
    ? el('button', { type: 'button', className }, ...children)
    : el('div', { className }, ...children);
  if (onJump) element.addEventListener('click', () => onJump(second));
  return element;
}
type Jump = (second: number) => void;

/** Seconds to look at, to be jumped to where there is something to jump in. */
export function momentList(data: Told, onJump: Jump | null, words: PartWords): HTMLElement {
  const list = el('ol', { className: 'moments' });
  for (const moment of data.moments) {
    const item = placed('moment', moment.second, onJump, ...parts(data, moment, words));
    item.style.setProperty('--colour', `var(--${moment.emotion})`);
    list.append(el('li', {}, item));
  }
  if (data.moments.length === 0) list.append(el('li', { className: 'quiet' }, words.moments.none));
  return list;
}

function parts(
  data: Told,
  { person, second, kind, emotion, before, size, words }: Moment,
  said: PartWords,
): HTMLElement[] {
  const { moments, format } = said;
  const what = kind === 'strongest' ? moments.strongest(emotion) : moments.change(before ?? 'neutral', emotion);
  const who = data.people.length > 1 ? `${nameOf(data, person, said)} · ` : '';
  const much = kind === 'strongest' ? format.likelihood(size) : moments.changed(format.percent(size));
  return [
    el('time', {}, clock(second)),
    el('span', { className: 'what' }, el('b', {}, what), el('span', {}, `${who}${much}`)),
    ...(words === '' ? [] : [el('span', { className: 'said' }, el('bdi', {}, moments.quoted(words)))]),
  ];
}

/** All that was said, with the emotion of the second in which it begins. */
export function transcript(
  data: Pick<ReportData, 'words'> & { people: Pick<ReportPerson, 'id' | 'face' | 'label'>[] },
  onJump: Jump | null,
  words: PartWords,
): { element: HTMLElement; mark(second: number): void } {
  const list = el('ol', { className: 'transcript' });
  const who = (person: number): Node[] =>
    data.people.length > 1 ? [el('b', {}, `${nameOf(data, person, words)}: `)] : [];
  const rows = data.words.map((said) => {
    const label = data.people[said.person]?.label[Math.floor(said.from)];
    const row = placed(
      'row',
      said.from,
      onJump,
      el('time', {}, clock(said.from)),
      el('span', {}, ...who(said.person), el('bdi', {}, said.text)),
    );
    const colour = typeof label === 'number' ? `var(--${EMOTIONS[label]!})` : 'var(--nothing)';
    row.style.setProperty('--colour', colour);
    row.title = typeof label === 'number' ? words.emotions[EMOTIONS[label]!] : '';
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
