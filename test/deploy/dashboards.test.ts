import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { projectFile } from '../../bench/support/project-file.js';
import { METRICS, type MetricSpec } from '../../src/common/metrics.js';

const FILES = ['deploy/grafana/emostream.json', 'deploy/prometheus/emostream.rules.yml'];
const SPECS: Record<string, MetricSpec> = METRICS;

it.each(FILES)('%s asks only for metrics that exist, by their labels', (file) => {
  const text = readFileSync(projectFile(file), 'utf8');
  const asked = [...text.matchAll(/emostream_[a-z_]+/g)].map(([name]) => name);
  expect(asked.length).toBeGreaterThan(2);
  for (const name of asked) {
    const base = name.replace(/_(bucket|sum|count)$/, '');
    const spec = SPECS[name] ?? SPECS[base];
    expect(spec, name).toBeDefined();
    if (!(name in SPECS)) expect(spec?.kind, name).toBe('histogram');
  }
  for (const [, name, selector] of text.matchAll(/(emostream_[a-z_]+)\{([^}]*)\}/g)) {
    for (const [label] of (selector ?? '').matchAll(/[a-z_]+(?==)/g)) {
      expect(SPECS[name ?? '']?.labels, `${name ?? ''}{${label}}`).toContain(label);
    }
  }
});
