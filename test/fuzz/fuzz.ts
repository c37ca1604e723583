import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { checkingLibrary, MISSING_LIBRARY } from './checked.js';
import type { FuzzInputFile } from './messages.js';
import { TARGETS } from './registry.js';
import { fuzz, type FuzzRunOptions } from './run-child.js';

/**
 * `npm run fuzz`: made-up and mutated inputs to everything that foreign bytes reach, in child processes. Prints its seed, and
 * writes what does harm to test-output/fuzz.
 */
const program = new Command('fuzz')
  .argument('[what]', 'media, signalling, all, or the name of one target', 'all')
  .option('--minutes <minutes>', 'for how long, all targets together', '1')
  .option('--seed <number>', 'repeats a run; play n of a seed is always the same')
  .option('--first <number>', 'the play to begin with', '0')
  .option('--checked', 'under an allocator that checks what was written past a block (glibc)')
  .option('--plant', 'write past a buffer on purpose: with --checked the run must fail')
  .option('--input <file...>', 'play found inputs again, and nothing else');

interface Options {
  minutes: string;
  seed?: string;
  first: string;
  checked?: boolean;
  plant?: boolean;
  input?: string[];
}

program.parse();
const options = program.opts<Options>();
const what = program.args[0] ?? 'all';
const seed = options.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(options.seed);
const common: FuzzRunOptions = { seed, checked: options.checked ?? false, plant: options.plant ?? false };
const runs: { name: string; options: FuzzRunOptions }[] = options.input
  ? options.input.map((file) => ({
      name: (JSON.parse(readFileSync(file, 'utf8')) as FuzzInputFile).target,
      options: { ...common, replay: [resolve(file)] },
    }))
  : planned();

if (runs.length === 0) {
  console.error(
    `Nothing is called ${what}. There are: media, signalling, all, ${TARGETS.map((t) => t.name).join(', ')}.`,
  );
  process.exit(2);
}
if (options.checked && !checkingLibrary()) {
  console.error(MISSING_LIBRARY);
  process.exit(2);
}
console.log(`seed ${String(seed)}${options.checked ? ', checked allocations' : ''}`);
let failed = false;
for (const run of runs) {
  const outcome = await fuzz(run.name, run.options);
  const reached = Object.entries(outcome.reached).map(([name, count]) => `${name} ${String(count)}`);
  console.log(
    `${outcome.failure ? '✗' : '✓'} ${run.name}: ${String(outcome.plays)} inputs${reached.map((r) => `, ${r}`).join('')}`,
  );
  if (outcome.failure) {
    failed = true;
    console.log(outcome.failure);
    if (outcome.inputFile) console.log(`the input: ${outcome.inputFile} (npm run fuzz -- --input FILE plays it again)`);
  }
}
process.exitCode = failed ? 1 : 0;

function planned(): typeof runs {
  const chosen = TARGETS.filter(({ name, group }) => what === 'all' || what === group || what === name);
  const forMs = (Number(options.minutes) * 60_000) / Math.max(1, chosen.length);
  return chosen.map(({ name }) => ({ name, options: { ...common, first: Number(options.first), forMs } }));
}
