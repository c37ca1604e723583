// Writes the configuration table, generated from the schema, into the README: `npm run docs`.
import { readFileSync, writeFileSync } from 'node:fs';
import { configTable } from '../dist/src/config/table.js';

const path = new URL('../README.md', import.meta.url);
const [begin, end] = ['<!-- config:begin (generated: npm run docs) -->', '<!-- config:end -->'];
const readme = readFileSync(path, 'utf8');
const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
if (from < 0 || to < from) {
  console.error(`README.md lacks the marks ${begin} and ${end}: put them where the table belongs.`);
  process.exit(1);
}
writeFileSync(path, `${readme.slice(0, from + begin.length)}\n\n${configTable()}\n\n${readme.slice(to)}`);
