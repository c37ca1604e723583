import { table } from '../support/statistics.js';
import type { CensusChange } from './census.js';
import type { Trend } from './slope.js';

export type Trends = Record<string, Trend>;

const MIB = 1024 * 1024;

export function amount(name: string, value: number): string {
  if (name.endsWith('bytes')) return `${(value / MIB).toFixed(2)} MiB`;
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}

export function printTrends(trends: Trends, census: readonly CensusChange[]): string {
  const rows = Object.entries(trends).map(([name, { first, last, slope, low, high, verdict }]): [string, string] => {
    const of = (value: number) => amount(name, value);
    return [
      name.replace(', bytes', ''),
      `${of(first)} → ${of(last)}   ${of(slope)} an hour [${of(low)}, ${of(high)}]   ${verdict}`,
    ];
  });
  for (const { process, before, after, verdict } of census) {
    const all = (one: typeof before) => `${String(one.maps + one.sets)} holding ${String(one.entries)}`;
    rows.push([`${process}: maps and sets, everybody gone`, `${all(before)} → ${all(after)}   ${verdict}`]);
  }
  return table(rows);
}
