import { readFileSync } from 'node:fs';
import { dashboardFiles } from '../../deploy/dashboards/index.js';
import { parseYaml } from '../support/yaml.js';
import { RULES } from './prometheus-process.js';

export interface Asked {
  page: string;
  panel: string;
  expr: string;
  legend: string;
}

export interface DashboardJson {
  uid: string;
  title: string;
  panels: {
    id: number;
    type: string;
    title: string;
    description?: string;
    gridPos: { x: number; y: number; w: number; h: number };
    targets?: { expr: string; legendFormat: string; refId: string }[];
  }[];
}

export const DASHBOARDS = [...dashboardFiles().values()].map((text) => JSON.parse(text) as DashboardJson);

/** As Grafana asks it of all servers. */
export const asGrafana = (expr: string, rateInterval = '15s'): string =>
  expr.replaceAll('$__rate_interval', rateInterval).replaceAll('$instance', '.*');

export const ASKED: Asked[] = DASHBOARDS.flatMap(({ title: page, panels }) =>
  panels.flatMap(({ title: panel, targets = [] }) =>
    targets.map(({ expr, legendFormat: legend }) => ({ page, panel, legend, expr: asGrafana(expr) })),
  ),
);

/** The alerts' names and expressions. */
export async function alerts(): Promise<{ alert: string; expr: string }[]> {
  const { groups } = (await parseYaml(readFileSync(RULES, 'utf8'))) as unknown as {
    groups: { rules: { alert: string; expr: string }[] }[];
  };
  return groups.flatMap(({ rules }) => rules);
}

/** The same comparison answered by 0 or 1: what is nothing now is no series that there is not. */
export const asQuestion = (expr: string): string => expr.replaceAll(/ (>|<|==) /g, ' $1 bool ');
