import { element, label, percentGrid, picture } from './svg.js';

const WIDTH = 420;
const HEIGHT = 300;
const LEFT = 70;
const TOP = 50;
const LEGEND = 18;
/** Told apart without colour. */
const DASHES = ['', '7 4', '2 3', '10 3 2 3', '5 2', '1 5', '12 4', '3 6'];

export interface RiskCurve {
  name: string;
  /** Wrong among the surest answers, at even steps of coverage; the last is that of all. */
  risk: readonly number[];
}

/** Risk–coverage curves (El-Yaniv and Wiener 2010): what is wrong of the surest answers, by how many of them are given. */
export function riskSvg(title: string, curves: readonly RiskCurve[]): string {
  const x = (share: number): number => LEFT + share * WIDTH;
  const y = (share: number): number => TOP + (1 - share) * HEIGHT;
  const body = [label(20, 28, title, { class: 'title' }), ...percentGrid(x, y)];
  body.push(
    label(x(0.5), y(0) + 36, 'answered, % (the surest first)', { class: 'middle small' }),
    label(0, 0, 'wrong, %', { class: 'middle small', transform: `translate(24 ${y(0.5)}) rotate(-90)` }),
  );
  curves.forEach(({ name, risk }, i) => {
    const points = risk.map((wrong, k) => `${x((k + 1) / risk.length).toFixed(1)},${y(wrong).toFixed(1)}`).join(' ');
    const dashes = DASHES[i % DASHES.length]!;
    const stroke = { class: 'range', fill: 'none', ...(dashes === '' ? {} : { 'stroke-dasharray': dashes }) };
    const at = y(0) + 60 + i * LEGEND;
    body.push(
      element('polyline', { points, ...stroke }),
      element('line', { x1: x(0), x2: x(0) + 40, y1: at - 4, y2: at - 4, ...stroke }),
      label(x(0) + 50, at, name, { class: 'small' }),
    );
  });
  const said = curves.map(({ name, risk }) => {
    const half = risk[Math.ceil(risk.length / 2) - 1] ?? 0;
    return `${name}: ${(100 * half).toFixed(0)} % wrong of the surest half, ${(100 * (risk.at(-1) ?? 0)).toFixed(0)} % of all`;
  });
  return picture(LEFT + WIDTH + 30, y(0) + 70 + curves.length * LEGEND, title, said.join('; '), body);
}
