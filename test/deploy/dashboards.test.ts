import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFile } from '../../bench/support/project-file.js';
import { dashboardFiles, FOLDERS } from '../../deploy/dashboards/index.js';
import { findPrometheus } from '../../scripts/setup/prometheus.mjs';
import { METRICS, type MetricSpec } from '../../src/common/metrics.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { alerts, ASKED, DASHBOARDS } from './dashboard-queries.js';

const SPECS: Record<string, MetricSpec> = METRICS;
/** Labels that Prometheus adds to everything that it scrapes. */
const ADDED = ['instance', 'job'];

/** What is wrong with the metrics that a query names. */
function faults(expr: string): string[] {
  const found: string[] = [];
  for (const [, name = '', selector = ''] of expr.matchAll(/(emostream_[a-z_]+)(?:\{([^}]*)\})?/g)) {
    const base = name.replace(/_(bucket|sum|count)$/, '');
    const spec = SPECS[name] ?? SPECS[base];
    if (!spec) found.push(`there is no ${name}`);
    else if (!(name in SPECS) && spec.kind !== 'histogram') found.push(`${base} is no histogram`);
    for (const [label] of selector.matchAll(/[a-z_]+(?=[!=]?[=~]")/g)) {
      if (![...ADDED, ...(spec?.labels ?? [])].includes(label)) found.push(`${name} has no label ${label}`);
    }
  }
  return found;
}

describe('the dashboards', () => {
  it.each(FOLDERS)('in %s are as `npm run docs` writes them, and there are no others', (folder) => {
    const names = readdirSync(projectFile(folder)).filter((name) => name.endsWith('.json'));
    expect(names.sort()).toEqual([...dashboardFiles().keys()].sort());
    for (const [name, text] of dashboardFiles()) {
      expect(readFileSync(projectFile(join(folder, name)), 'utf8') === text, `${name}: run \`npm run docs\``).toBe(
        true,
      );
    }
  });

  it('say of each panel what is seen in it, and have it where no other is', () => {
    expect(DASHBOARDS).toHaveLength(4);
    for (const { title, panels } of DASHBOARDS) {
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
      const taken = new Set<string>();
      for (const { type, title: panel, description, gridPos, targets = [] } of panels) {
        if (type !== 'row') {
          expect(description, `${title}, ${panel}`).toMatch(/\.$/);
          expect(targets.length).toBeGreaterThan(0);
        }
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
          expect(x).toBeLessThan(24);
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
            expect(taken.has(`${x} ${y}`), `${title}, ${panel} lies on another`).toBe(false);
            taken.add(`${x} ${y}`);
          }
        }
      }
    }
  });

  it('show every metric that there is', () => {
    const asked = ASKED.map(({ expr }) => expr).join('\n');
    const hidden = Object.keys(METRICS).filter(
      (name) => !new RegExp(`\\b${name}(_bucket|_sum|_count)?\\b`).test(asked),
    );
    expect(hidden).toEqual([]);
  });

  it('and the alerts ask only for metrics that exist, by their labels', async () => {
    const asked = [...ASKED, ...(await alerts())];
    expect(asked.length).toBeGreaterThan(60);
    expect(asked.flatMap(({ expr }) => faults(expr).map((fault) => `${expr}: ${fault}`))).toEqual([]);
    expect(faults('emostream_rooms{room="a"} + emostream_none')).toHaveLength(2);
  });

  const promtool = findPrometheus()?.promtool;
  it.skipIf(!promtool)('ask nothing that Prometheus does not understand', () => {
    const rules = ASKED.map(({ expr }, index) => ({ record: `query:${index}`, expr }));
    const path = join(temporaryFolder(), 'rules.json');
    // JSON is YAML.
    writeFileSync(path, JSON.stringify({ groups: [{ name: 'dashboards', rules }] }));
    const { status, stdout, stderr } = spawnSync(promtool ?? '', ['check', 'rules', path], { encoding: 'utf8' });
    expect(status, stdout + stderr).toBe(0);
  });
});
