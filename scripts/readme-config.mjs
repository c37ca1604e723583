// Writes what is generated into the pages: the configuration table from the schema, accuracy from models/metrics.json,
// speed from bench/results/call.json; bench/RESULTS.md from all that was measured; Grafana's dashboards; and the package's typed options. `npm run docs`.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parityTable } from '../dist/bench/parity/table.js';
import { wordsTable } from '../dist/bench/words/table.js';
import { dashboardFiles, FOLDERS } from '../dist/deploy/dashboards/index.js';
import { configTable } from '../dist/src/config/table.js';
import { optionsInterface } from '../dist/src/config/typed-options.js';
import { accuracyTable, shownText, speedTable } from './readme-tables.mjs';
import { growthText } from './results/growth.mjs';
import { resultsPage } from './results-page.mjs';

const file = (/** @type {string} */ path) => new URL(`../${path}`, import.meta.url);
/** Undefined of a file that is not there: what was not measured is said to be so. */
const json = (/** @type {string} */ path) =>
  existsSync(file(path)) ? JSON.parse(readFileSync(file(path), 'utf8')) : undefined;

/** By page, the text of each of its marked blocks. @type {Record<string, Record<string, string>>} */
const pages = {
  'README.md': {
    accuracy: accuracyTable(json('models/metrics.json')),
    shown: shownText(json('bench/results/shown.json')),
    speed: speedTable(json('bench/results/call.json'), json('bench/results/call-speech-off.json')),
  },
  'docs/configuration.md': { config: configTable() },
  'docs/growth.md': { growth: growthText(json('bench/results/growth.json')) },
};

for (const [path, blocks] of Object.entries(pages)) {
  let page = readFileSync(file(path), 'utf8');
  for (const [name, text] of Object.entries(blocks)) {
    const [begin, end] = [`<!-- ${name}:begin (generated: npm run docs) -->`, `<!-- ${name}:end -->`];
    const [from, to] = [page.indexOf(begin), page.indexOf(end)];
    if (from < 0 || to < from) {
      console.error(`${path} lacks the marks ${begin} and ${end}: put them where the table belongs.`);
      process.exit(1);
    }
    page = `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
  }
  writeFileSync(file(path), page);
}

writeFileSync(file('src/embed/config-options.ts'), optionsInterface());
writeFileSync(file('bench/RESULTS.md'), resultsPage(json, { parityTable, wordsTable }));

for (const folder of FOLDERS) {
  mkdirSync(file(folder), { recursive: true });
  for (const [name, text] of dashboardFiles()) writeFileSync(file(`${folder}/${name}`), text);
}
