import { element, label, picture } from './svg.js';

const CELL = 66;
const LEFT = 150;
const TOP = 92;

/**
 * A confusion matrix: a row per true class, shares of the row in percent with counts below. Rows without examples are left out.
 * @param confusion confusion[truth][answer], counts
 */
export function confusionSvg(
  title: string,
  names: readonly string[],
  confusion: readonly (readonly number[])[],
): string {
  const rows = names
    .map((name, truth) => ({ name, truth, counts: confusion[truth]!, n: confusion[truth]!.reduce((a, b) => a + b, 0) }))
    .filter(({ n }) => n > 0);
  const width = LEFT + names.length * CELL + 20;
  const height = TOP + rows.length * CELL + 36;
  const middle = LEFT + (names.length * CELL) / 2;
  const body = [
    label(20, 28, title, { class: 'title' }),
    label(middle, 56, 'answered', { class: 'middle muted small' }),
    ...names.map((name, k) => label(LEFT + (k + 0.5) * CELL, TOP - 14, name, { class: 'middle small' })),
    label(20, TOP - 14, 'labelled', { class: 'muted small' }),
  ];
  rows.forEach(({ name, truth, counts, n }, row) => {
    const y = TOP + row * CELL;
    body.push(label(LEFT - 14, y + CELL / 2 - 2, name, { class: 'end' }));
    body.push(label(LEFT - 14, y + CELL / 2 + 15, `n ${n}`, { class: 'end muted small' }));
    counts.forEach((count, k) => body.push(cell(LEFT + k * CELL, y, count / n, count, k === truth)));
  });
  body.push(label(20, height - 14, 'Percent of the row; number of examples below.', { class: 'muted small' }));
  const said = rows.map(({ name, truth, counts, n }) => `${name} ${((100 * counts[truth]!) / n).toFixed(0)} %`);
  return picture(width, height, title, `Recall: ${said.join(', ')}`, body);
}

function cell(x: number, y: number, share: number, count: number, right: boolean): string {
  // Between 0.5 and 0.6 of the accent's strength neither ink reads well: the fill steps over that.
  const strength = share < 0.5 ? share * 0.8 : 0.7 + (share - 0.5) * 0.6;
  const ink = strength >= 0.7 ? 'on ' : '';
  const box = { x: x + 1, y: y + 1, width: CELL - 2, height: CELL - 2, rx: 3 };
  const parts = [element('rect', { ...box, class: 'mark', 'fill-opacity': strength })];
  parts.push(
    element('rect', { ...box, class: right ? 'line' : 'grid', fill: 'none', 'stroke-width': right ? 1.5 : 1 }),
  );
  const text = count === 0 ? '0' : share < 0.01 ? '<1' : (100 * share).toFixed(0);
  parts.push(label(x + CELL / 2, y + CELL / 2 + 1, text, { class: count === 0 ? 'middle muted' : `${ink}middle` }));
  if (count > 0) parts.push(label(x + CELL / 2, y + CELL / 2 + 18, String(count), { class: `${ink}middle small` }));
  return parts.join('');
}
