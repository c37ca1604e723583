import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../src/common/version.js';
import { METRICS, type MetricName, type MetricSpec } from '../../src/common/metrics.js';
import { PromMeter } from '../../src/telemetry/prom-meter.js';
import { labelUses } from './support/label-values.js';

const counters = (Object.entries(METRICS) as [MetricName, MetricSpec][]).filter(([, { kind }]) => kind === 'counter');
/** Counters of which nobody waits for the first increase, with labels that depend on the configuration. */
const OPEN: ReadonlySet<string> = new Set<MetricName>(['emostream_thread_cpu_seconds_total']);

const text = (labels: Record<string, string>) =>
  Object.entries(labels)
    .map(([label, value]) => `${label}=${value}`)
    .sort()
    .join(' ');

describe('every counter', () => {
  it('begins at 0, with all of its labels', async () => {
    const { body } = await new PromMeter().exposition();
    for (const [name, { labels = [], known = [] }] of counters) {
      if (OPEN.has(name)) continue;
      const series = body.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
      expect(series.length, name).toBe(labels.length === 0 ? 1 : known.length);
      expect(series.length, name).toBeGreaterThan(0);
      for (const line of series) expect(line).toMatch(/ 0$/);
    }
  });

  it('declares the very labels that the code counts by', () => {
    const uses = labelUses(projectRoot(), 'src').filter(({ metric }) => !OPEN.has(metric));
    expect(uses.length).toBeGreaterThan(30);
    // A value that its type does not tell: give it a union of literals.
    expect(uses.filter(({ open }) => open.length > 0)).toEqual([]);
    for (const [name, { known = [], labels = [] }] of counters) {
      if (OPEN.has(name) || labels.length === 0) continue;
      const counted = new Set(
        uses.filter(({ metric }) => metric === name).flatMap((use) => use.combinations.map(text)),
      );
      expect([...counted].sort(), name).toEqual(known.map(text).sort());
    }
    // The whole of src/ is type-checked here.
  }, 240_000);
});
