import type { Found } from './drill.js';
import type { Check } from './row.js';

export type RowResult = {
  id: string;
  /** Of the code that was tried. */
  commit: string;
  what: string;
  promised: string;
  /** Of the machine in the minute before it ended; more than its cores: it was busy with something else. */
  load?: number;
} & (
  | { notMeasured: string; passed?: undefined; broke?: undefined }
  | { broke: string; passed: false; notMeasured?: undefined }
  | {
      notMeasured?: undefined;
      broke?: undefined;
      passed: boolean;
      found: Found;
      figures: Record<string, number>;
      checks: Check[];
    }
);

/** A row for a terminal: what was promised, what came, what of it does not hold. */
export function printRow(row: RowResult): string {
  const head = `${row.id}: ${row.what}\n  promised: ${row.promised}`;
  if (row.notMeasured !== undefined) return `${head}\n  not measured: ${row.notMeasured}`;
  if (row.broke !== undefined) return `${head}\n  FAIL: ${row.broke}`;
  const { found, checks, passed } = row;
  const lines = [
    `lost:     ${lostOf(found)}`,
    `told:     ${listOf(found.told) || 'nothing to tell'}`,
    `counted:  ${listOf(found.counted) || 'nothing'}`,
    ...checks.filter((each) => !each.passed).map(({ what, found: was }) => `✗ ${what}: ${was}`),
    passed ? 'pass' : 'FAIL',
  ];
  return [head, ...lines.map((line) => `  ${line}`)].join('\n');
}

export function lostOf({ expected, judged, whole, faceless, voiceless, gaps, away, silent, longest }: Found): string {
  const gapped = Object.values(gaps).reduce((sum, count) => sum + count, 0);
  return (
    `${String(judged)} of ${String(expected)} seconds have an event, ${String(whole)} with face and voice (${String(faceless)} without a face, ${String(voiceless)} without a voice); ${String(gapped)} gaps, ` +
    `${away.toFixed(0)} s away, ${silent.toFixed(1)} s silent; longest ${longest.toFixed(1)} s`
  );
}

export function listOf(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${Number.isInteger(count) ? String(count) : count.toFixed(1)}`)
    .join(', ');
}
