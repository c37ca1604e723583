import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { projectFile } from '../../bench/support/project-file.js';
import { findPrometheus } from '../../scripts/setup/prometheus.mjs';
import { METRICS, WORKERS } from '../../src/common/metrics.js';
import { configKeys } from '../../src/config/load.js';
import { PromMeter } from '../../src/telemetry/prom-meter.js';
import { ServeProcess } from '../cli/support/serve-process.js';
import { CONFIG, PrometheusProcess, RULES } from './prometheus-process.js';

const RULE_TESTS = projectFile('deploy/prometheus/emostream.rules.test.yml');
const CONFIGS = [CONFIG, projectFile('deploy/prometheus/prometheus.compose.yml')];

const programs = findPrometheus();
if (!programs) {
  console.warn(
    'passed over: prometheus and promtool are not here (npm run setup says why, or install them on the path)',
  );
}

function promtool(...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(programs?.promtool ?? '', args, {
    encoding: 'utf8',
    cwd: dirname(RULES),
  });
  return { status, output: stdout + stderr };
}

const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name ?? '');

describe('the alerts', () => {
  it('each have a case in which they fire, and one in which they do not', () => {
    const alerts = matches(readFileSync(RULES, 'utf8'), /- alert: (\w+)/g);
    const cases = readFileSync(RULE_TESTS, 'utf8');
    const silent = matches(cases, /alertname: (\w+)\n\s+exp_alerts: \[\]/g);
    const fires = matches(cases, /alertname: (\w+)\n\s+exp_alerts:\n\s+- exp_labels/g);
    expect(alerts.length).toBeGreaterThan(10);
    expect([...new Set(fires)].sort()).toEqual([...alerts].sort());
    expect([...new Set(silent)].sort()).toEqual([...alerts].sort());
  });

  it('each lead to their part of the runbook, which has no other, asks only for metrics that exist and names options that do', () => {
    const rules = readFileSync(RULES, 'utf8');
    const runbook = readFileSync(projectFile('deploy/runbook.md'), 'utf8');
    const alerts = matches(rules, /- alert: (\w+)/g);
    expect(matches(rules, /runbook: deploy\/runbook\.md#(\w+)/g)).toEqual(alerts.map((name) => name.toLowerCase()));
    expect(matches(runbook, /^## (\w+)$/gm)).toEqual(alerts);
    for (const part of runbook.split('\n## ').slice(1)) expect(part).toMatch(/- \*\*Look:\*\*[\s\S]*- \*\*Do\b/);
    const asked = matches(runbook, /(emostream_[a-z_]+)/g);
    expect(asked.filter((name) => !(name.replace(/_bucket$/, '') in METRICS))).toEqual([]);
    const named = matches(runbook, /`([a-z]+[A-Z]\w+)`/g);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((name) => !configKeys.some((key) => key === name))).toEqual([]);
  });

  it.skipIf(!programs)('are rules that Prometheus takes, and do in each case what it says', () => {
    for (const config of CONFIGS) expect(promtool('check', 'config', config)).toMatchObject({ status: 0 });
    const checked = promtool('check', 'rules', RULES);
    expect(checked.status, checked.output).toBe(0);
    const tested = promtool('test', 'rules', RULE_TESTS);
    expect(tested.status, tested.output).toBe(0);
  });
});

const CLEAN = { status: 0, said: '' };

/** What `promtool check metrics` finds in an exposition: faults of form, and names that mislead. */
function lint(exposition: string) {
  const args = ['check', 'metrics'];
  const { status, stdout, stderr } = spawnSync(programs?.promtool ?? '', args, { input: exposition, encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

it.skipIf(!programs)('Prometheus finds nothing wrong with the metrics, Node’s own included', async () => {
  const { body } = await new PromMeter().exposition();
  expect(body).toContain('\nnodejs_active_handles');
  expect(lint(body)).toEqual(CLEAN);
});

describe.skipIf(!programs)('a real Prometheus', () => {
  let server: ServeProcess | undefined;
  let prometheus: PrometheusProcess | undefined;
  afterEach(() => {
    prometheus?.child.kill('SIGKILL');
    server?.kill();
  });

  it('reads what the server says, and is alarmed by the very first crash of a worker', async () => {
    server = new ServeProcess();
    const port = await server.ready();
    prometheus = new PrometheusProcess(programs?.prometheus ?? '', port);
    await prometheus.askUntil('up{job="emostream"}', ([up]) => up?.value === 1);
    // Two scrapes at least have seen the series at 0 before anything happens.
    await prometheus.askUntil(
      'min(count_over_time(emostream_worker_restarts_total[1m]))',
      ([count]) => (count?.value ?? 0) >= 2,
    );
    const restarts = await prometheus.ask('emostream_worker_restarts_total');
    expect(Object.fromEntries(restarts.map(({ metric, value }) => [metric.worker, value]))).toEqual(
      Object.fromEntries(WORKERS.map((worker) => [worker, 0])),
    );
    const alarm = 'ALERTS{alertname="EmostreamWorkerRestarted", alertstate="firing"}';
    expect(await prometheus.ask(alarm)).toEqual([]);

    process.kill(server.workers()[0] ?? 0, 'SIGKILL');
    const alerts = await prometheus.askUntil(alarm, (firing) => firing.length > 0);
    expect(alerts.map(({ metric }) => metric.worker)).toEqual(['mediasoup']);
    expect(lint(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text())).toEqual(CLEAN);
  }, 240_000);
});
