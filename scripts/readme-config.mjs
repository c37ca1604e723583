// Writes what is generated into the README: the configuration table from the schema, accuracy from models/metrics.json,
// speed from bench/results/call.json; and bench/RESULTS.md from all that was measured. `npm run docs`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parityTable } from '../dist/bench/parity/table.js';
import { wordsTable } from '../dist/bench/words/table.js';
import { configTable } from '../dist/src/config/table.js';
import { accuracyTable, speedTable } from './readme-tables.mjs';
import { resultsPage } from './results-page.mjs';

const file = (/** @type {string} */ path) => new URL(`../${path}`, import.meta.url);
const json = (/** @type {string} */ path) => JSON.parse(readFileSync(file(path), 'utf8'));

const blocks = {
  config: configTable(),
  accuracy: accuracyTable(json('models/metrics.json')),
  ...(existsSync(file('bench/results/call.json')) && { speed: speedTable(json('bench/results/call.json')) }),
};

let readme = readFileSync(file('README.md'), 'utf8');
for (const [name, text] of Object.entries(blocks)) {
  const [begin, end] = [`<!-- ${name}:begin (generated: npm run docs) -->`, `<!-- ${name}:end -->`];
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < from) {
    console.error(`README.md lacks the marks ${begin} and ${end}: put them where the table belongs.`);
    process.exit(1);
  }
  readme = `${readme.slice(0, from + begin.length)}\n\n${text}\n\n${readme.slice(to)}`;
}
writeFileSync(file('README.md'), readme);

const measured = [
  'bench/results/engines.json',
  'bench/results/call.json',
  'bench/results/call-pairs.json',
  'bench/results/capacity.json',
  'bench/results/steps.json',
  'bench/results/flood.json',
  'bench/results/loss.json',
  'bench/results/voice-activity.json',
  'bench/results/words.json',
  'bench/results/parity.json',
  'bench/results/parity-silent-room.json',
  'models/metrics.json',
  'models/peers.json',
];
if (measured.every((path) => existsSync(file(path)))) {
  const [engines, call, pairs, capacity, steps, flood, loss, voice, words, parity, silent, metrics, peers] =
    measured.map(json);
  const withTable = (/** @type {any} */ report) => ({ ...report, table: parityTable(report) });
  const both = { ...withTable(parity), silent: withTable(silent) };
  writeFileSync(
    file('bench/RESULTS.md'),
    resultsPage(
      engines,
      { call, pairs, capacity },
      steps,
      flood,
      { loss, voice, words: { ...words, table: wordsTable(words) } },
      both,
      metrics,
      peers,
    ),
  );
}
