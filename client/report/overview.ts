import { EMOTIONS, MODALITIES } from '../../src/common/emotions';
import type { ReportData } from '../../src/report/report-data';
import { el } from './dom';
import { capital, nameOf, percent, signed } from './format';

const WITHOUT = { face: 'nobody seen', voice: 'nobody heard', words: 'no words' } as const;

/** The shares of one person's time, at a glance. */
export function overview(data: ReportData, index: number): HTMLElement {
  const { face, share, none, uncertain, ...rest } = data.summary[index]!;
  const bar = el('div', { className: 'share-bar' });
  const list = el('ul', { className: 'shares' });
  const add = (name: string, colour: string, size: number): void => {
    if (size <= 0) return;
    const piece = el('i', { title: `${name} ${percent(size)}` });
    piece.style.flexGrow = String(size);
    piece.style.background = colour;
    bar.append(piece);
    const swatch = el('i');
    swatch.style.background = colour;
    list.append(el('li', {}, swatch, el('span', {}, capital(name)), el('b', {}, percent(size))));
  };
  for (const emotion of [...EMOTIONS].sort((a, b) => share[b] - share[a]))
    add(emotion, `var(--${emotion})`, share[emotion]);
  add('nothing to judge by', 'var(--nothing)', none);
  const fact = (name: string, value: string): HTMLElement =>
    el('div', { className: 'fact' }, el('b', {}, value), el('span', {}, name));
  const without = MODALITIES.filter(
    (modality) => face === null && (rest.without[modality] < 1 || data.summary.length === 1),
  );
  return el(
    'div',
    { className: 'overview' },
    data.people.length > 1 ? el('h3', {}, nameOf(data, index)) : null,
    bar,
    list,
    el(
      'div',
      { className: 'facts-grid' },
      fact('of the labels uncertain', percent(uncertain)),
      fact('valence, mean', signed(rest.valence)),
      fact('arousal, mean', signed(rest.arousal)),
      ...without.map((modality) => fact(`of the time ${WITHOUT[modality]}`, percent(rest.without[modality]))),
    ),
  );
}
