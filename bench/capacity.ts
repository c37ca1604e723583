import { Command } from 'commander';
import type { CallReport } from './call-run.js';
import { callOf } from './support/call-process.js';
import { measured } from './support/measured.js';
import { writeJson } from './support/write-json.js';

/**
 * `npm run bench:capacity`: the most participants that keep the promise (an event for every second with the face in it, 95 % of
 * them within 300 ms of the window's end), found by doubling and halving; then a run at twice that, to see what gives way, and one
 * room of 16 people who see each other.
 */
const program = new Command('bench:capacity')
  .option('-s, --seconds <seconds>', 'measured time of each run', '20')
  .option('--from <count>', 'participants of the first run', '40')
  .option('--step <count>', 'how fine the answer is', '10')
  .option('--most <count>', 'participants at most', '320')
  .option('--engine <name>', 'inference engine; as configured if not given')
  .option('--speech <on|off>', 'whether words are recognised in the voices', 'on')
  .option('--speaking <share>', 'share of the time for which each person speaks, in turn; as recorded if not given')
  .option('--json <file>', 'where the figures go', 'bench/results/capacity.json');
program.parse();
type Options = Record<'seconds' | 'from' | 'step' | 'most' | 'speech' | 'json', string> & {
  speaking?: string;
  engine?: string;
};
const options = program.opts<Options>();
const P95_MS = 300;
const step = Number(options.step);

const runs: CallReport[] = [];
const { speaking, engine } = options;
const given = engine ? ['--engine', engine] : [];
const alike = [
  '-s',
  options.seconds,
  '--speech',
  options.speech,
  ...given,
  ...(speaking ? ['--speaking', speaking] : []),
];
const call = (participants: number) =>
  callOf([...alike, '-n', String(participants), '-r', String(Math.ceil(participants / 15))]);

async function keeps(participants: number): Promise<boolean> {
  const report = await call(participants);
  runs.push(report);
  const { events, delayMs } = report;
  const kept = events.missing === 0 && delayMs.p95 <= P95_MS;
  console.log(`${participants}: ${kept ? 'kept' : 'not kept'}; ${describe(report)}`);
  return kept;
}

function describe({ events, delayMs, cpu, partsMs, memory }: CallReport): string {
  const parts = Object.entries(partsMs).map(([part, { p95 }]) => `${part} ${p95.toFixed(0)}`);
  return (
    `missing ${events.missing}, p95 ${delayMs.p95.toFixed(0)} ms (${parts.join(', ')}), ` +
    `${cpu.cores.toFixed(2)} cores, ${memory.peakMiB} MiB`
  );
}

let good = 0;
let bad = Number(options.from);
const most = Number(options.most);
while (await keeps(bad)) {
  good = bad;
  if (good >= most) break;
  bad = Math.min(most, 2 * bad);
}
while (bad - good > step) {
  const middle = Math.round((good + bad) / 2 / step) * step;
  if (middle <= good || middle >= bad) break;
  if (await keeps(middle)) good = middle;
  else bad = middle;
}
const past = await call(2 * Math.max(good, step));
const room = await callOf([...alike, '-n', '16', '-r', '1', '--seeing']);
console.log(`16 people who see each other: ${describe(room)}, ${room.consumers} tracks received`);
console.log(
  `at most ${good} participants; at twice as many ${past.events.missing} of ${past.events.expected} are missing; gave way: ${JSON.stringify(past.gaveWay)}`,
);
writeJson(options.json, {
  benchmark: 'capacity',
  ...measured('bench:capacity'),
  promise: { missing: 0, p95Ms: P95_MS },
  most: good,
  runs: [...runs].sort((a, b) => a.participants - b.participants),
  past,
  room,
});
