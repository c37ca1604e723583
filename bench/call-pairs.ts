import { availableParallelism, cpus } from 'node:os';
import { Command } from 'commander';
import { median } from './support/statistics.js';
import { commitId } from './support/commit.js';
import { callOf } from './support/call-process.js';
import { writeJson } from './support/write-json.js';
import type { CallReport } from './call-run.js';

/**
 * `npm run bench:call-pairs -- --against <checkout>`: the same call in an earlier version (built there) and in this one, in turn,
 * in pairs: ratios of what a participant costs hold where the machine's speed does not. Words are recognised in neither; they
 * come as captions.
 */
const program = new Command('bench:call-pairs')
  .requiredOption('--against <folder>', 'a built checkout of the earlier version')
  .option('--label <commit>', 'what that version is called', 'before')
  .option('-n, --participants <count>', 'synthetic participants', '20')
  .option('-s, --seconds <seconds>', 'measured time of each run', '20')
  .option('--pairs <count>', 'pairs of runs', '3');
program.parse();
const options = program.opts<{
  against: string;
  label: string;
  participants: string;
  seconds: string;
  pairs: string;
}>();

const ALL = 'all, without the load generator';
const args = ['-n', options.participants, '-s', options.seconds];
const pairs: { before: CallReport; after: CallReport }[] = [];
for (let i = 0; i < Number(options.pairs); i++) {
  // In changing order: what a machine does slowly over time favours neither.
  const run = { before: () => callOf(args, options.against), after: () => callOf([...args, '--speech', 'off']) };
  const [first, second] = i % 2 === 0 ? (['before', 'after'] as const) : (['after', 'before'] as const);
  const one = await run[first]();
  const two = await run[second]();
  pairs.push(first === 'before' ? { before: one, after: two } : { before: two, after: one });
  const { before, after } = pairs.at(-1)!;
  console.log(`pair ${i + 1}: ${line(before)} → ${line(after)}`);
}
const part = (of: 'before' | 'after', name: string) =>
  median(pairs.map((pair) => 1000 * (pair[of].cpu.perParticipantSecond[name] ?? 0)));
const report = {
  benchmark: 'call-pairs',
  commit: commitId(),
  against: options.label,
  machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism(), node: process.version },
  command: `npm run bench:call-pairs -- ${process.argv.slice(2).join(' ')}`.replace(options.against, 'CHECKOUT'),
  participants: Number(options.participants),
  seconds: Number(options.seconds),
  ratios: pairs.map(({ before, after }) => cpuOf(after) / cpuOf(before)),
  cpuMs: { before: part('before', ALL), after: part('after', ALL) },
  mainMs: {
    before: part('before', 'thread main') - part('before', 'load generator (in thread main)'),
    after: part('after', 'thread main') - part('after', 'load generator (in thread main)'),
  },
  p95Ms: {
    before: median(pairs.map((p) => p.before.delayMs.p95)),
    after: median(pairs.map((p) => p.after.delayMs.p95)),
  },
  missing: { before: total('before'), after: total('after') },
};
console.log(JSON.stringify(report, null, 2));
writeJson('bench/results/call-pairs.json', report);

function cpuOf({ cpu }: CallReport): number {
  return cpu.perParticipantSecond[ALL] ?? NaN;
}
function total(of: 'before' | 'after'): number {
  return pairs.reduce((sum, pair) => sum + pair[of].events.missing, 0);
}
function line(report: CallReport): string {
  const { delayMs, events } = report;
  return `${(1000 * cpuOf(report)).toFixed(1)} ms a participant-second, p95 ${delayMs.p95.toFixed(0)} ms, ${events.missing} missing`;
}
