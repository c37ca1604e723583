import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parityTable, type FullReport } from '../../bench/parity/table.js';
import { projectFile } from '../../bench/support/project-file.js';
import { accuracyTable, speedTable } from '../../scripts/readme-tables.mjs';
import { resultsPage } from '../../scripts/results-page.mjs';
import { configTable } from '../../src/config/table.js';

const readme = readFileSync(projectFile('README.md'), 'utf8');

it('the README’s configuration table is the schema’s', () => {
  expect(readme, 'run `npm run docs`').toContain(configTable());
});

it('the README’s figures are the measured ones', () => {
  const json = (path: string) => JSON.parse(readFileSync(projectFile(path), 'utf8')) as never;
  expect(readme, 'run `npm run docs`').toContain(accuracyTable(json('models/metrics.json')));
  expect(readme, 'run `npm run docs`').toContain(speedTable(json('bench/results/call.json')));
});

it('bench/RESULTS.md is what was measured', () => {
  const json = (path: string) => JSON.parse(readFileSync(projectFile(path), 'utf8')) as never;
  const files = ['bench/results/engines.json', 'bench/results/call.json', 'bench/results/flood.json'];
  const [engines, call, flood] = files.map(json) as [never, never, never];
  const [metrics, peers] = ['models/metrics.json', 'models/peers.json'].map(json) as [never, never];
  const withTable = (report: FullReport) => ({ ...report, table: parityTable(report) });
  const parity = withTable(json('bench/results/parity.json'));
  const silent = withTable(json('bench/results/parity-silent-room.json'));
  expect(readFileSync(projectFile('bench/RESULTS.md'), 'utf8'), 'run `npm run docs`').toBe(
    resultsPage(engines, call, flood, { ...parity, silent }, metrics, peers),
  );
});

it('the README’s links to files and its headings lead somewhere', () => {
  const links = [...readme.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '');
  expect(links.length).toBeGreaterThan(5);
  for (const link of links.filter((target) => !/^https?:/.test(target))) {
    if (link.startsWith('#')) {
      const anchors = [...readme.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
        (title ?? '').toLowerCase().replaceAll(' ', '-'),
      );
      expect(anchors).toContain(link.slice(1));
    } else {
      expect(() => readFileSync(projectFile(link)), link).not.toThrow(/ENOENT/);
    }
  }
});
