import { Command } from 'commander';
import { startApp } from '../src/cli/app.js';
import { systemClock } from '../src/common/clock.js';
import { loadConfig } from '../src/config/load.js';
import { MEDIA_CODECS } from '../src/sfu/index.js';
import { createLogger } from '../src/telemetry/logger.js';
import { delay, join, type Received, subscribe } from './call-run.js';
import { Flooder, PAST } from './flood/flooder.js';
import { type FloodName, FLOODS } from './flood/plan.js';
import { measured } from './support/measured.js';
import { median, quantile, table } from './support/statistics.js';
import { writeJson } from './support/write-json.js';

/**
 * `npm run bench:flood`: synthetic participants in the real server, with and without one sender who floods, in turns. What is
 * compared is the delay of the others' events, of each pair of halves that follow each other, so that the machine's own
 * changes count little.
 */
const program = new Command('bench:flood')
  .option('-n, --participants <count>', 'innocent participants', '10')
  .option('-s, --seconds <seconds>', 'measured time of each half', '10')
  .option('-p, --pairs <count>', 'pairs of halves for each flood', '5')
  .option('--only <floods>', `some of: ${Object.keys(FLOODS).join(', ')}`)
  .option('--json <file>', 'where the figures go', 'bench/results/flood.json');

interface Options {
  participants: string;
  seconds: string;
  pairs: string;
  only?: string;
  json: string;
}

/** Clocks have their reports and the code is compiled after this; a half begins so long after a flood began or ended. */
const WARM_UP_MS = 8000;
const SETTLE_MS = 1500;
const JOURNAL_ROOM_EVENTS = 2000;
const AIM = 1.1;

program.parse();
const options = program.opts<Options>();
const [participants, seconds, pairs] = [options.participants, options.seconds, options.pairs].map(Number) as [
  number,
  number,
  number,
];
const names = (options.only?.split(',') ?? Object.keys(FLOODS)) as FloodName[];

const config = loadConfig({ env: process.env, flags: { httpPort: 0 } });
const app = await startApp(config, createLogger('silent'));
const worker = app.server.pool.workers[0];
if (!worker) throw new Error('no mediasoup worker is running');
const plan = { participants, seconds, rooms: 1, captionEverySeconds: 5, seeing: false };
const received: Received[] = [];
const router = await worker.worker.createRouter({ mediaCodecs: MEDIA_CODECS });
const sockets = await subscribe(app, plan, received);
const people = await join(app, plan, router);
const flooder = Flooder.start(app, config);
await delay(WARM_UP_MS);
fillThePast();

const results = [];
for (const name of names) {
  const halves: { without: Half; with: Half }[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    // Who is first changes: what grows or shrinks with time falls on both.
    const first = pair % 2 === 0 ? await half() : await floodedHalf(name);
    const second = pair % 2 === 0 ? await floodedHalf(name) : await half();
    halves.push(pair % 2 === 0 ? { without: first, with: second } : { without: second, with: first });
  }
  const ratios = halves.map((one) => one.with.p95 / one.without.p95);
  const of = (side: 'with' | 'without', figure: keyof Half) => median(halves.map((one) => one[side][figure]));
  results.push({
    flood: name,
    what: FLOODS[name],
    p50Ms: { without: of('without', 'p50'), with: of('with', 'p50') },
    p95Ms: { without: of('without', 'p95'), with: of('with', 'p95') },
    missing: { without: of('without', 'missing'), with: of('with', 'missing') },
    ratios: ratios.map((ratio) => Number(ratio.toFixed(3))),
    medianRatio: median(ratios),
  });
  console.log(
    `${name}: median ratio of p95 ${median(ratios).toFixed(2)} (${ratios.map((r) => r.toFixed(2)).join(' ')})`,
  );
}

flooder.close();
for (const person of people) person.close();
for (const socket of sockets) socket.terminate();
router.close();
await app.close();

console.log(
  table(
    results.map(({ what, p95Ms, medianRatio }): [string, string] => [
      what,
      `${p95Ms.without.toFixed(0)} → ${p95Ms.with.toFixed(0)} ms, × ${medianRatio.toFixed(2)}`,
    ]),
  ),
);
writeJson(options.json, {
  benchmark: 'flood',
  ...measured('bench:flood'),
  participants,
  seconds,
  pairs,
  aim: AIM,
  floods: results,
});
setTimeout(() => process.exit(), 1000).unref();

interface Half {
  p50: number;
  p95: number;
  missing: number;
}

async function floodedHalf(name: FloodName): Promise<Half> {
  const stop = await flooder.flood(name);
  try {
    return await half();
  } finally {
    await stop();
  }
}

/** Delays of the events of whole seconds from now on: from a window's end to the event's arrival. */
async function half(): Promise<Half> {
  await delay(SETTLE_MS);
  const from = Math.ceil(systemClock() / 1000) * 1000;
  const to = from + seconds * 1000;
  // The last window begins before, and ends up to a second after.
  await delay(to + 1000 + SETTLE_MS - systemClock());
  const delays = received.flatMap(({ event, atMs }) =>
    event.type === 'emotion' && event.revision === 0 && event.window.start >= from && event.window.start < to
      ? [atMs - event.window.end]
      : [],
  );
  received.length = 0;
  return { p50: quantile(delays, 0.5), p95: quantile(delays, 0.95), missing: participants * seconds - delays.length };
}

/** A room with as long a past as a journal holds, of events as large as they are. */
function fillThePast(): void {
  const sample = received.find(({ event }) => event.type === 'emotion')?.event;
  if (sample?.type !== 'emotion') throw new Error('no event came');
  // The bus gives them numbers of their own.
  for (let n = 0; n < JOURNAL_ROOM_EVENTS; n++) app.bus.publish({ ...sample, room: PAST });
}
