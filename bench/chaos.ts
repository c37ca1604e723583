import { existsSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { Command } from 'commander';
import { FAULTS } from './chaos/faults.js';
import { FULL_DISK } from './chaos/full-disk.js';
import { INFERENCE_SERVERS } from './chaos/inference-servers.js';
import { NODE_EVENTS } from './chaos/node-events.js';
import { NODES } from './chaos/nodes.js';
import { printRow, type RowResult } from './chaos/report.js';
import { ROADS } from './chaos/roads.js';
import type { Outcome, Row, StartCall } from './chaos/row.js';
import { STALLED_SUBSCRIBERS } from './chaos/stalled-subscribers.js';
import { callRecording, withoutPause } from './support/call-recording.js';
import { commitId } from './support/commit.js';
import { measured } from './support/measured.js';
import { ServedCall } from './support/served-call.js';
import { writeJson } from './support/write-json.js';

/**
 * `npm run chaos`: people call in the real server while things go wrong, one after the other. Each row says what was promised,
 * what was lost, what was told of it, and whether that is all of it.
 */
const ROWS: readonly Row[] = [
  ...ROADS,
  ...FAULTS,
  ...INFERENCE_SERVERS,
  STALLED_SUBSCRIBERS,
  FULL_DISK,
  ...NODES,
  ...NODE_EVENTS,
];
const program = new Command('chaos')
  .option('-n, --people <count>', 'people in the call', '4')
  .option('-s, --seconds <seconds>', 'how long each road is measured', '60')
  .option('--only <rows>', `some of: ${ROWS.map(({ id }) => id).join(', ')}; the file's other rows stay`)
  .option('--json <file>', 'where the figures go', 'bench/results/chaos.json');

program.parse();
const options = program.opts<{ people: string; seconds: string; only?: string; json: string }>();
const [people, seconds] = [options.people, options.seconds].map(Number) as [number, number];
const wanted = options.only?.split(',');
const unknown = wanted?.filter((id) => !ROWS.some((row) => row.id === id)) ?? [];
if (unknown.length > 0) program.error(`no such row: ${unknown.join(', ')}`);

/** Everybody speaks all the time, so that every second has a voice. */
const recording = withoutPause(callRecording());
const start: StartCall = ({ flags = [], ...serve } = {}) =>
  ServedCall.start({ recording, serve: { ...serve, flags: ['--log-level', 'error', ...flags] } });

const commit = commitId();
const earlier = wanted && existsSync(options.json) ? rowsIn(options.json) : [];
const results: RowResult[] = [];
let shared: ServedCall | undefined;
for (const row of ROWS.filter(({ id }) => wanted?.includes(id) ?? true)) {
  const why = row.cannot?.();
  if (why) {
    results.push({ id: row.id, commit, what: row.what, promised: row.promised, notMeasured: why });
    console.log(printRow(results.at(-1)!));
    continue;
  }
  const own = row.alone ? undefined : await row.ownCall?.(start);
  results.push(await judged(row, row.alone?.() ?? seatAndRun(row, own ?? (shared ??= await start()))));
  console.log(printRow(results.at(-1)!));
  await own?.close();
  row.after?.();
  save();
}
await shared?.close();

const failed = results.filter(({ passed }) => passed === false).map(({ id }) => id);
console.log(failed.length > 0 ? `FAILED: ${failed.join(', ')}` : `all of ${String(results.length)} rows passed`);
process.exit(failed.length > 0 ? 1 : 0);

async function seatAndRun(row: Row, call: ServedCall): Promise<Outcome> {
  await seat(call, row);
  return row.run(call, seconds);
}

async function judged({ id, what, promised }: Row, outcome: Promise<Outcome>): Promise<RowResult> {
  try {
    const { found, checks, figures = {} } = await outcome;
    const load = Number(loadavg()[0]!.toFixed(1));
    return { id, commit, what, promised, load, passed: checks.every((each) => each.passed), found, figures, checks };
  } catch (error) {
    const broke = error instanceof Error ? error.message : String(error);
    return { id, commit, what, promised, passed: false, broke };
  }
}

/** After each row: a run that is cut off has measured what it has. */
function save(): void {
  writeJson(options.json, {
    benchmark: 'chaos',
    ...measured('chaos'),
    commit,
    people,
    seconds,
    load: loadavg().map((each) => Number(each.toFixed(1))),
    rows: ROWS.flatMap(({ id }) => [...results, ...earlier].find((row) => row.id === id) ?? []),
  });
}

/** As they were written. */
function rowsIn(file: string): RowResult[] {
  return (JSON.parse(readFileSync(file, 'utf8')) as { rows: RowResult[] }).rows;
}

/** Everybody sits in the call with clocks as the row wants them, and is analysed. */
async function seat(call: ServedCall, { clock = {} }: Row): Promise<void> {
  const seated = call.people[0]?.options;
  const fits = seated && seated.ntpOffsetMs === clock.ntpOffsetMs && seated.driftPpm === clock.driftPpm;
  if (!fits) {
    for (const person of call.people.splice(0)) await person.leave();
    for (let n = 0; n < people; n++) await call.join(`person-${String(n)}`, `room-${String(n % 2)}`, clock);
  }
  await call.settled();
}
