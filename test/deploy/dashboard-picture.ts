import { asGrafana, type DashboardJson } from './dashboard-queries.js';
import type { FoundRange, PrometheusProcess } from './prometheus-process.js';

/** Pixels of a unit of Grafana's grid. */
const [UNIT_X, UNIT_Y] = [60, 30];
const COLOURS = ['#7eb26d', '#eab839', '#6ed0e0', '#ef843c', '#e24d42', '#1f78c1', '#ba43a9', '#705da0', '#508642'];

type Time = { start: number; end: number; step: number };
type Panel = DashboardJson['panels'][number];

/**
 * A page as Grafana lays it out, with what a real Prometheus answers, as HTML: for looking at it where there is no Grafana. Axes, units
 * and colours are not Grafana's.
 */
export async function drawDashboard(page: DashboardJson, prometheus: PrometheusProcess, time: Time): Promise<string> {
  const drawn = await Promise.all(page.panels.map((panel) => drawPanel(panel, prometheus, time)));
  return `<!doctype html><meta charset="utf-8"><title>${page.title}</title>
<style>body{margin:0;background:#111217;color:#ccccdc;font:12px sans-serif}div{position:absolute;box-sizing:border-box;overflow:hidden;padding:4px}
.panel{border:1px solid #333;background:#181b1f}b{display:block}.big{font-size:26px}i{font-style:normal;white-space:nowrap;margin-right:8px}</style>${drawn.join('\n')}`;
}

async function drawPanel(panel: Panel, prometheus: PrometheusProcess, time: Time): Promise<string> {
  const { x, y, w, h } = panel.gridPos;
  const box = `style="left:${x * UNIT_X}px;top:${y * UNIT_Y}px;width:${w * UNIT_X}px;height:${h * UNIT_Y}px"`;
  if (panel.type === 'row') return `<div ${box}><b>▾ ${panel.title}</b></div>`;
  const found = await Promise.all(
    (panel.targets ?? []).map(async ({ expr, legendFormat }) =>
      (await prometheus.askRange(asGrafana(expr), time)).map((series) => ({
        ...series,
        name: named(legendFormat, series),
      })),
    ),
  );
  const inner =
    panel.type === 'stat' ? figures(found.flat()) : lines(found.flat(), time, w * UNIT_X - 10, h * UNIT_Y - 70);
  return `<div class="panel" ${box}><b>${panel.title}</b>${inner}</div>`;
}

type Named = FoundRange & { name: string };

const named = (legend: string, { metric }: FoundRange): string =>
  legend === '__auto' ? '' : legend.replace(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? '');

const short = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(3))) : '–');

const figures = (series: Named[]): string =>
  series
    .map(({ name, values }) => `<i>${name} <span class="big">${short(values.at(-1)?.[1] ?? NaN)}</span></i>`)
    .join('');

function lines(series: Named[], { start, end }: Time, width: number, height: number): string {
  const finite = series.flatMap(({ values }) => values.map(([, value]) => value)).filter(Number.isFinite);
  const top = Math.max(...finite, 0) || 1;
  const paths = series.map(({ values }, index) => {
    let pen = 'M';
    const steps = values.map(([at, value]) => {
      if (!Number.isFinite(value)) {
        pen = 'M';
        return '';
      }
      const step = `${pen}${((at - start) / (end - start)) * width},${height - (value / top) * (height - 4)}`;
      pen = 'L';
      return step;
    });
    return `<path fill="none" stroke="${colour(index)}" d="${steps.join('')}"/>`;
  });
  const legend = series.map(({ name }, index) => `<i style="color:${colour(index)}">${name}</i>`);
  return `<span>${finite.length ? `0 … ${short(top)}` : 'NO DATA'}</span><svg width="${width}" height="${height}">${paths.join('')}</svg><br>${legend.join(' ')}`;
}

const colour = (index: number): string => COLOURS[index % COLOURS.length] ?? '';
