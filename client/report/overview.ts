import { EMOTIONS, MODALITIES } from '../../src/common/emotions';
import type { ReportData } from '../../src/report/report-data';
import { el } from './dom';
import { nameOf } from './format';
import type { PartWords } from './words';

/** The shares of one person's time, at a glance. */
export function overview(data: ReportData, index: number, words: PartWords): HTMLElement {
  const { overview: said, emotions, format } = words;
  const { percent, signed, capital } = format;
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
    add(emotions[emotion], `var(--${emotion})`, share[emotion]);
  add(said.nothing, 'var(--nothing)', none);
  const fact = (name: string, value: string): HTMLElement =>
    el('div', { className: 'fact' }, el('b', {}, value), el('span', {}, name));
  const without = MODALITIES.filter(
    (modality) => face === null && (rest.without[modality] < 1 || data.summary.length === 1),
  );
  return el(
    'div',
    { className: 'overview' },
    data.people.length > 1 ? el('h3', {}, nameOf(data, index, words)) : null,
    bar,
    list,
    el(
      'div',
      { className: 'facts-grid' },
      fact(said.uncertain, percent(uncertain)),
      fact(said.valence, signed(rest.valence)),
      fact(said.arousal, signed(rest.arousal)),
      ...without.map((modality) => fact(said.without[modality], percent(rest.without[modality]))),
    ),
  );
}
