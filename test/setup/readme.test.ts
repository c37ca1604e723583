import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, it } from 'vitest';
import { parityTable } from '../../bench/parity/table.js';
import { wordsTable } from '../../bench/words/table.js';
import { projectFile } from '../../bench/support/project-file.js';
import { accuracyTable, speedTable } from '../../scripts/readme-tables.mjs';
import { growthText } from '../../scripts/results/growth.mjs';
import { resultsPage } from '../../scripts/results-page.mjs';
import { GAP_REASONS } from '../../src/common/gap-reasons.js';
import { MEDIA_PROBLEMS } from '../../src/common/media-problem.js';
import { METRICS, REFUSALS } from '../../src/common/metrics.js';
import { configTable, optionDocs } from '../../src/config/table.js';
import { END_REASONS } from '../../src/events/schema.js';

const page = (path: string) => readFileSync(projectFile(path), 'utf8');
const readme = page('README.md');
/** What people read, less what is generated whole. */
const PAGES = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'deploy/runbook.md',
  ...readdirSync(projectFile('docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

it('the configuration table is the schema’s', () => {
  expect(page('docs/configuration.md'), 'run `npm run docs`').toContain(configTable());
});

it('the README’s first screen has three uses, a picture and the two commands, and leads to every page', () => {
  const first = readme.split('\n').slice(0, 40).join('\n');
  expect(first).toMatch(/<img src="client\/screenshots\/overlay\.webp"/);
  expect(first.match(/^- \*\*As /gm)).toHaveLength(3);
  for (const command of ['npm start', 'npm test']) expect(first).toContain(`\n${command} `);
  for (const path of PAGES.slice(1)) expect(readme, path).toContain(`](${path})`);
});

/** Undefined of what was not measured yet. */
const json = (path: string) =>
  (existsSync(projectFile(path)) ? JSON.parse(readFileSync(projectFile(path), 'utf8')) : undefined) as never;

it('the pages name commands that there are, and the changelog the version that is next', () => {
  const manifest = JSON.parse(page('package.json')) as { version: string; scripts: Record<string, string> };
  const commands = PAGES.flatMap((path) =>
    [...page(path).matchAll(/\bnpm run ([a-z][a-z:-]*)/g)].map(([, name]) => name),
  );
  expect(commands.length).toBeGreaterThan(10);
  expect(commands.filter((name) => !(name! in manifest.scripts))).toEqual([]);
  const versions = [...page('CHANGELOG.md').matchAll(/^## (\S+)/gm)].map(([, version]) => version);
  expect(versions).toContain(manifest.version);
});

it('the README’s figures are the measured ones', () => {
  const [call, off] = [json('bench/results/call.json'), json('bench/results/call-speech-off.json')];
  expect(readme, 'run `npm run docs`').toContain(accuracyTable(json('models/metrics.json')));
  expect(readme, 'run `npm run docs`').toContain(speedTable(call, off));
});

it('the table of growth is what was computed', () => {
  expect(page('docs/growth.md'), 'run `npm run docs`').toContain(growthText(json('bench/results/growth.json')));
});

it('bench/RESULTS.md is what was measured', () => {
  expect(readFileSync(projectFile('bench/RESULTS.md'), 'utf8'), 'run `npm run docs`').toBe(
    resultsPage(json, { parityTable, wordsTable }),
  );
});

it.each(PAGES)('the links of %s to files and headings lead somewhere', (from) => {
  const text = page(from);
  const links = [...text.matchAll(/\]\(([^)\s]+)\)|src="([^"]+\.png)"/g)].map(([, link, src]) => link ?? src ?? '');
  for (const link of links.filter((target) => !/^https?:/.test(target))) {
    const [path = '', anchor] = link.split('#');
    const target = path ? posix.join(posix.dirname(from), path) : from;
    expect(existsSync(projectFile(target)), link).toBe(true);
    if (anchor === undefined) continue;
    const anchors = [...page(target).matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
      (title ?? '')
        .toLowerCase()
        .replace(/[^\p{L}\p{N} -]/gu, '')
        .replaceAll(' ', '-'),
    );
    expect(anchors, link).toContain(anchor);
  }
});

const rows = (path: string) =>
  page(path)
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map((cells) => cells.slice(1, -1));

it('the table of limits names every default as it is, and refusals by their names', () => {
  const defaults = new Map(optionDocs().map((option) => [option.key, option.fallback]));
  const limits = rows('docs/limits.md');
  const optional = limits.filter(([, , option]) => option);
  expect(optional.length).toBeGreaterThan(7);
  for (const [, may = '', option = ''] of optional)
    expect(/\d+/.exec(may)?.[0], option).toBe(defaults.get(option.replaceAll('`', '')));
  const named = limits.flatMap(([, , , , told = '']) => [...told.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name));
  const known: readonly string[] = [...REFUSALS, ...MEDIA_PROBLEMS, 'media', 'missed'];
  expect(named.filter((name) => !known.includes(name ?? ''))).toEqual([]);
});

it('the pages name metrics, alerts, options and reasons that there are', () => {
  const all = PAGES.map(page).join('\n');
  const metrics = [...all.matchAll(/`(emostream_\w+)`/g)].map(([, name]) => name ?? '');
  expect(metrics.length).toBeGreaterThan(4);
  expect(metrics.filter((name) => !(name in METRICS))).toEqual([]);
  const rules = readFileSync(projectFile('deploy/prometheus/emostream.rules.yml'), 'utf8');
  const alerts = [...all.matchAll(/`(Emostream(?!Error)[A-Z]\w+)`/g)].map(([, name]) => name ?? '');
  expect(alerts.length).toBeGreaterThan(0);
  for (const alert of alerts) expect(rules).toContain(`alert: ${alert}\n`);
  const failures = rows('docs/failures.md');
  expect(failures.length).toBeGreaterThan(8);
  const gaps = failures.flatMap(([, , seen = '']) => [...seen.matchAll(/`([a-z]+-[a-z]+)`/g)].map(([, name]) => name));
  const known: readonly string[] = [...GAP_REASONS, ...END_REASONS];
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
