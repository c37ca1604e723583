import type { ReliabilityBin } from '../metrics.js';
import { wilson } from './statistics.js';
import { element, label, percentGrid, picture } from './svg.js';

const SIDE = 320;
const LEFT = 70;
const TOP = 50;
const HISTOGRAM = 70;

/** Confidence against accuracy, with the 95 % interval of each bin, and how many answers lie in each below. */
export function reliabilitySvg(title: string, bins: readonly ReliabilityBin[], ece: number): string {
  const x = (share: number): number => LEFT + share * SIDE;
  const y = (share: number): number => TOP + (1 - share) * SIDE;
  const base = TOP + SIDE + 62 + HISTOGRAM;
  const most = Math.max(...bins.map(({ n }) => n), 1);
  const total = bins.reduce((sum, { n }) => sum + n, 0);
  const body = [label(20, 28, title, { class: 'title' }), ...percentGrid(x, y)];
  body.push(
    element('line', { x1: x(0), y1: y(0), x2: x(1), y2: y(1), class: 'line', 'stroke-dasharray': '5 4' }),
    label(x(0.5), y(0) + 36, 'confidence, %', { class: 'middle small' }),
    label(0, 0, 'right, %', { class: 'middle small', transform: `translate(24 ${y(0.5)}) rotate(-90)` }),
    label(x(0) + 12, y(1) + 20, `calibration error ${ece.toFixed(3)}, n ${total}`, { class: 'small' }),
    label(x(0), base - HISTOGRAM - 4, 'number of answers', { class: 'small muted' }),
    element('line', { x1: x(0), x2: x(1), y1: base, y2: base, class: 'line' }),
  );
  const step = SIDE / bins.length;
  bins.forEach(({ n, right, confidence }, i) => {
    if (n === 0) return;
    const [low, high] = wilson(right, n);
    const at = x(confidence / n);
    const tall = (n / most) * (HISTOGRAM - 18);
    body.push(element('line', { x1: at, x2: at, y1: y(low), y2: y(high), class: 'range' }));
    body.push(element('circle', { cx: at, cy: y(right / n), r: 4, class: 'mark' }));
    body.push(element('rect', { x: x(0) + i * step + 1, y: base - tall, width: step - 2, height: tall, class: 'bar' }));
  });
  const said = bins
    .filter(({ n }) => n > 0)
    .map(({ n, right, confidence }) => {
      return `confidence ${((100 * confidence) / n).toFixed(0)} %: ${((100 * right) / n).toFixed(0)} % of ${n} right`;
    });
  return picture(LEFT + SIDE + 30, base + 20, title, said.join('; '), body);
}
