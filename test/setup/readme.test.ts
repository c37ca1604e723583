import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parityTable } from '../../bench/parity/table.js';
import { wordsTable } from '../../bench/words/table.js';
import { projectFile } from '../../bench/support/project-file.js';
import { accuracyTable, speedTable } from '../../scripts/readme-tables.mjs';
import { resultsPage } from '../../scripts/results-page.mjs';
import { GAP_REASONS } from '../../src/common/gap-reasons.js';
import { MEDIA_PROBLEMS } from '../../src/common/media-problem.js';
import { METRICS, REFUSALS } from '../../src/common/metrics.js';
import { configTable, optionDocs } from '../../src/config/table.js';
import { endEventSchema } from '../../src/events/schema.js';

const readme = readFileSync(projectFile('README.md'), 'utf8');

it('the README’s configuration table is the schema’s', () => {
  expect(readme, 'run `npm run docs`').toContain(configTable());
});

const json = (path: string) => JSON.parse(readFileSync(projectFile(path), 'utf8')) as never;

it('the README’s figures are the measured ones', () => {
  const [call, off] = [json('bench/results/call.json'), json('bench/results/call-speech-off.json')];
  expect(readme, 'run `npm run docs`').toContain(accuracyTable(json('models/metrics.json')));
  expect(readme, 'run `npm run docs`').toContain(speedTable(call, off));
});

it('bench/RESULTS.md is what was measured', () => {
  expect(readFileSync(projectFile('bench/RESULTS.md'), 'utf8'), 'run `npm run docs`').toBe(
    resultsPage(json, { parityTable, wordsTable }),
  );
});

it('the README’s links to files and its headings lead somewhere', () => {
  const links = [...readme.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '');
  expect(links.length).toBeGreaterThan(5);
  for (const link of links.filter((target) => !/^https?:/.test(target))) {
    const [path = '', anchor] = link.split('#');
    if (path) expect(existsSync(projectFile(path)), link).toBe(true);
    if (anchor === undefined) continue;
    const page = path ? readFileSync(projectFile(path), 'utf8') : readme;
    const anchors = [...page.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
      (title ?? '').toLowerCase().replaceAll(' ', '-'),
    );
    expect(anchors, link).toContain(anchor);
  }
});

const section = (title: string) => readme.split(`## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
const rows = (title: string) =>
  section(title)
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map((cells) => cells.slice(1, -1));

it('the README’s table of limits names every default as it is, and refusals by their names', () => {
  const defaults = new Map(optionDocs().map((option) => [option.key, option.fallback]));
  const limits = rows('What one participant cannot do');
  const optional = limits.filter(([, , option]) => option);
  expect(optional.length).toBeGreaterThan(7);
  for (const [, may = '', option = ''] of optional)
    expect(/\d+/.exec(may)?.[0], option).toBe(defaults.get(option.replaceAll('`', '')));
  const named = limits.flatMap(([, , , , told = '']) => [...told.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name));
  const known: readonly string[] = [...REFUSALS, ...MEDIA_PROBLEMS, 'media', 'missed'];
  expect(named.filter((name) => !known.includes(name ?? ''))).toEqual([]);
});

it('the README names metrics, alerts, options and reasons that there are', () => {
  const metrics = [...readme.matchAll(/`(emostream_\w+)`/g)].map(([, name]) => name ?? '');
  expect(metrics.length).toBeGreaterThan(4);
  expect(metrics.filter((name) => !(name in METRICS))).toEqual([]);
  const rules = readFileSync(projectFile('deploy/prometheus/emostream.rules.yml'), 'utf8');
  const alerts = [...readme.matchAll(/`(Emostream[A-Z]\w+)`/g)].map(([, name]) => name ?? '');
  expect(alerts.length).toBeGreaterThan(0);
  for (const alert of alerts) expect(rules).toContain(`alert: ${alert}\n`);
  const failures = rows('What can break, and what then');
  expect(failures.length).toBeGreaterThan(8);
  const gaps = failures.flatMap(([, , seen = '']) => [...seen.matchAll(/`([a-z]+-[a-z]+)`/g)].map(([, name]) => name));
  const known: readonly string[] = [...GAP_REASONS, ...endEventSchema.shape.reason.options];
  expect(gaps.length).toBeGreaterThan(1);
  expect(gaps.filter((name) => !known.includes(name ?? ''))).toEqual([]);
});

it('the README’s pipeline is the code’s', () => {
  const section = readme.slice(readme.indexOf('\n## How it works\n'));
  const blocks = [...section.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code ?? '').slice(0, 2);
  const files = ['src/analysis/child/participant-windows.ts', 'src/analysis/window-publisher.ts'];
  expect(blocks).toHaveLength(files.length);
  // Layout, and the commas that come of it, are nothing.
  const bare = (code: string) => code.replace(/[\s,;]/g, '');
  const escaped = (code: string) => code.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  blocks.forEach((block, i) => {
    const code = bare(readFileSync(projectFile(files[i]!), 'utf8'));
    const shown = bare(block).split('…').map(escaped).join('.*');
    expect(code, files[i]).toMatch(new RegExp(shown));
  });
});
