import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { compareCensus, takeCensus } from './soak/census.js';
import { CROWD, Household } from './soak/household.js';
import { Reader, type Values } from './soak/readings.js';
import { type Reading, trendOf } from './soak/slope.js';
import { printTrends, type Trends } from './soak/table.js';
import { callRecording, inTurn } from './support/call-recording.js';
import { measured } from './support/measured.js';
import { ServedCall } from './support/served-call.js';
import { lostNumbers, sumSeconds, toldSeconds } from './support/told-seconds.js';
import { writeJson } from './support/write-json.js';

/**
 * `npm run soak -- --minutes N`: a few people call, come and go, in the real server; everything that could grow is read all the
 * while, of every process, and a slope is laid through it that outliers do not move.
 */
const program = new Command('soak')
  .option('--minutes <count>', 'how long', '60')
  .option('-n, --people <count>', 'people who stay; guests come and go beside them', '4')
  .option('--json <file>', 'where the figures go', 'bench/results/soak.json');

program.parse();
const options = program.opts<{ minutes: string; people: string; json: string }>();
const [minutes, people] = [options.minutes, options.people].map(Number) as [number, number];

const MINUTE_MS = 60_000;
/** Reading costs the processes some milliseconds each. */
const READ_EVERY_MS = Math.min(10_000, (minutes * MINUTE_MS) / 30);
/** Each so often garbage is collected before; seldom, for memory is to grow with its garbage as it would by itself. */
const COLLECT_EVERY_MS = (minutes * MINUTE_MS) / 120;
/** At the beginning heaps and pools grow to what they need. */
const WARM_UP_SHARE = 0.25;
/** Everybody's events are kept for so long after they left; small here, so that it is seen that they go. */
const RETENTION_S = 10;
const FLAGS = ['--log-level', 'warn', '--journal-size', '300', '--journal-retention', String(RETENTION_S)];
FLAGS.push('--seat-hold', String(RETENTION_S));
const EMPTIED_MS = (RETENTION_S + 8) * 1000;

/** What is cut off in the middle has measured what it has. */
const SAVE_EVERY_MS = 2 * MINUTE_MS;

const SPEAKING_SHARE = 0.25;
const call = await ServedCall.start({
  recording: inTurn(callRecording(), SPEAKING_SHARE, 0),
  serve: { flags: FLAGS },
});
const reader = new Reader(call);

// Once around, so that what is made at the first use is there, and an empty house is counted.
const first = new Household(call);
await first.enter(people);
await first.crowd();
await delay(Math.min(MINUTE_MS, (minutes * MINUTE_MS) / 6));
await first.leave();
await delay(EMPTIED_MS);
const before = await takeCensus(reader);

const household = new Household(call);
const restartsBefore = restarts(await call.metrics());
await household.enter(people);
const beganMs = Math.ceil((Date.now() + 3000) / 1000) * 1000;
const readings = new Map<string, Reading[]>();
let [savedMs, collectedMs] = [beganMs, 0];
while (Date.now() - beganMs < minutes * MINUTE_MS) {
  const atMs = Date.now();
  if (atMs - savedMs > SAVE_EVERY_MS) {
    savedMs = atMs;
    const soFar = (atMs - beganMs) / MINUTE_MS;
    writeJson(options.json, { ...head(), minutes: Number(soFar.toFixed(1)), trends: rounded(trendsSoFar(soFar)) });
  }
  const alive = atMs - collectedMs >= COLLECT_EVERY_MS;
  if (alive) collectedMs = atMs;
  note(await reader.read(alive), (atMs - beganMs) / (60 * MINUTE_MS));
  await delay(Math.max(0, READ_EVERY_MS - (Date.now() - atMs)));
}
const span = { fromMs: beganMs, toMs: beganMs + Math.floor(minutes * 60) * 1000 };
await delay(3000);
const seconds = call.people.slice(0, people).map(({ name, room }) => {
  const watcher = call.watchers.get(room);
  return toldSeconds(watcher?.events ?? [], name, span, watcher?.breaks);
});
const numbers = [...call.watchers.values()].map(({ events, missed }) => lostNumbers(events, missed));
const died = restarts(await call.metrics()) - restartsBefore;
await household.leave();
await delay(EMPTIED_MS);
const census = compareCensus(before, await takeCensus(reader));
reader.close();
await call.close();

const trends = trendsSoFar(minutes);
const { expected, judged, gaps, away, silent } = sumSeconds(seconds);
const events = {
  ...{ expected, judged, away, silent },
  gaps: Object.values(gaps).reduce((sum, count) => sum + count, 0),
  numbersLost: numbers.reduce((sum, { lost }) => sum + lost, 0),
};
const growing = [
  ...Object.entries(trends).flatMap(([name, { verdict }]) => (verdict === 'grows' ? [name] : [])),
  ...census.flatMap(({ process, verdict }) => (verdict === 'grows' ? [`${process}: maps and sets`] : [])),
];
const unclear = Object.entries(trends).flatMap(([name, { verdict }]) => (verdict === 'unclear' ? [name] : []));

console.log(printTrends(trends, census));
console.log(
  `\n${String(events.expected)} seconds of people who stayed: ${String(events.judged)} with an event, ${String(events.gaps)} gaps, ` +
    `${events.away.toFixed(0)} told as not analysed, ${events.silent.toFixed(1)} silent; guests ${String(household.guests)}; ` +
    `workers that died ${String(died)}; things that could not be done ${String(household.failures)}`,
);
console.log(growing.length > 0 ? `GROWS: ${growing.join('; ')}` : 'flat: nothing grows');
if (unclear.length > 0) console.log(`too short, or too restless, to say: ${unclear.join('; ')}`);
writeJson(options.json, {
  ...head(),
  minutes,
  people,
  guests: household.guests,
  crowd: CROWD,
  workersThatDied: died,
  notDone: household.failures,
  events,
  growing,
  unclear,
  trends: rounded(trends),
  census,
});
process.exitCode = growing.length > 0 || events.silent > 0 || events.numbersLost > 0 || died > 0 ? 1 : 0;

function note(values: Values, hours: number): void {
  for (const [name, value] of Object.entries(values)) {
    const all = readings.get(name) ?? [];
    all.push([hours, value]);
    readings.set(name, all);
  }
}

/** An hour's change that is of no matter: of memory 2 %, at least 4 MiB; of what is counted, less than one. */
function toleranceOf(name: string, all: readonly Reading[]): number {
  const level = Math.max(...all.map(([, value]) => value));
  return name.endsWith('bytes') ? Math.max(0.02 * level, 4 * 1024 * 1024) : 0.99;
}

function restarts(metrics: Map<string, number>): number {
  return [...metrics].reduce((n, [name, value]) => n + (name.startsWith('emostream_worker_restarts') ? value : 0), 0);
}

function head() {
  return {
    benchmark: 'soak',
    ...measured('soak'),
  };
}

/** @param done minutes of it */
function trendsSoFar(done: number): Trends {
  const trends: Trends = {};
  for (const [name, all] of [...readings].sort(([a], [b]) => a.localeCompare(b))) {
    const settled = all.filter(([hours]) => hours >= (WARM_UP_SHARE * done) / 60);
    // A process that came or went in the middle has no trend.
    if (settled.length >= 10) trends[name] = trendOf(settled, toleranceOf(name, settled));
  }
  return trends;
}

function rounded(trends: Trends): Trends {
  const round = (value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value);
  return Object.fromEntries(
    Object.entries(trends).map(([name, trend]) => [
      name,
      Object.fromEntries(Object.entries(trend).map(([key, value]) => [key, round(value)])) as unknown as Trends[string],
    ]),
  );
}
