import { fork } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { buildEmotionEvent } from '../src/events/build-event.js';
import { NatsServer } from '../test/support/nats-server.js';
import { openBus, sharedMs } from './nats/open-bus.js';
import { measured } from './support/measured.js';
import { quantile, table } from './support/statistics.js';
import { writeJson } from './support/write-json.js';

/**
 * `npm run bench:nats`: what another node adds to an event's way. One process publishes what people in rooms would; a subscriber in the same
 * process and one in another, which reads it from JetStream, note when each came, by the clock that the machine's processes share.
 */
const program = new Command('bench:nats')
  .option('-n, --participants <count>', 'people, an event a second each', '100')
  .option('-r, --rooms <count>', 'rooms that they are in', '20')
  .option('-s, --seconds <seconds>', 'measured time', '30')
  .option('--nats <url>', 'a NATS server; one on loopback is started if not given')
  .option('--json <file>', 'where the figures go', 'bench/results/nats.json');
program.parse();
const options = program.opts<{ participants: string; rooms: string; seconds: string; nats?: string; json: string }>();
const [participants, rooms, seconds] = [options.participants, options.rooms, options.seconds].map(Number) as [
  number,
  number,
  number,
];
/** Connections stand and the code is compiled after this, s. */
const WARM_UP = 5;
const AIMS = { p50: 2, p99: 10 };

const server = options.nats === undefined ? await NatsServer.start() : undefined;
const nats = options.nats ?? server!.url;
const loadBefore = loadavg();
const reader = fork(fileURLToPath(new URL('./nats/reader.js', import.meta.url)), [nats, String(rooms)]);
reader.once('exit', (code) => code && process.exit(code));
await once(reader, 'message');
const { bus, close } = await openBus(nats);

const sent = new Map<string, number>();
const here = new Map<string, number>();
for (let n = 0; n < rooms; n++) {
  const room = `room-${String(n)}`;
  bus.subscribe(room, ({ seq }) => here.set(`${room} ${String(seq)}`, sharedMs()));
}
for (let n = 0; n < participants; n++)
  bus.enter({ room: `room-${String(n % rooms)}`, participant: `person-${String(n)}` });

let bytes = 0;
const began = sharedMs();
for (let second = 0; second < WARM_UP + seconds; second++) {
  // Windows of different people end at different times.
  for (let n = 0; n < participants; n++) {
    await delay(Math.max(0, began + second * 1000 + (n * 1000) / participants - sharedMs()));
    publish(n, second);
  }
}
await delay(2000);
reader.send('end');
const [there] = (await once(reader, 'message')) as [Record<string, number>];
await close();
await server?.close();

const keys = [...sent.keys()];
const local = keys.map((key) => here.get(key)! - sent.get(key)!);
const remote = keys.flatMap((key) => (there[key] === undefined ? [] : [there[key] - sent.get(key)!]));
const added = keys.flatMap((key) => (there[key] === undefined ? [] : [there[key] - here.get(key)!]));
const figures = (values: readonly number[]) => ({
  ...{ p50: quantile(values, 0.5), p95: quantile(values, 0.95), p99: quantile(values, 0.99), max: Math.max(...values) },
});
const result = {
  benchmark: 'nats',
  ...measured('bench:nats'),
  ...{ participants, rooms, seconds, events: keys.length, missing: keys.length - remote.length },
  eventBytes: Math.round(bytes / keys.length),
  load: { before: loadBefore.map(rounded), after: loadavg().map(rounded) },
  ...{ localMs: figures(local), remoteMs: figures(remote), addedMs: figures(added), aimsMs: AIMS },
};
console.log(
  table([
    ['events', result.events],
    ['that did not come', result.missing],
    ...(['p50', 'p95', 'p99', 'max'] as const).map((q) => [`added, ${q}, ms`, result.addedMs[q]] as const),
    ['here, p50, ms', result.localMs.p50],
  ]),
);
writeJson(options.json, result);
const fine = result.missing === 0 && result.addedMs.p50 < AIMS.p50 && result.addedMs.p99 < AIMS.p99;
console.log(fine ? 'as was aimed at' : 'NOT as was aimed at');
process.exit(result.missing === 0 ? 0 : 1);

function rounded(value: number): number {
  return Number(value.toFixed(1));
}

function publish(person: number, second: number): void {
  const startMs = second * 1000;
  const vector = [0.4, 0.2, 0.1, 0.1, 0.1, 0.05, 0.05];
  const modality = { quality: [0.9, 0.8, 0.7, 0.6] };
  const event = buildEmotionEvent({
    room: `room-${String(person % rooms)}`,
    participant: `person-${String(person)}`,
    features: {
      ...{ startMs, endMs: startMs + 1000, revision: 0, state: { face: 'live', voice: 'live', words: 'live' } },
      timing: {
        closedMs: startMs + 1100,
        featuresMs: startMs + 1110,
        lastMediaMs: 1,
        lastArrivalMs: 2,
        lastDecodedMs: 3,
      },
      ...{ face: { ...modality, box: { x: 0.1, y: 0.1, width: 0.5, height: 0.5 } }, voice: modality, words: modality },
    } as Parameters<typeof buildEmotionEvent>[0]['features'],
    scores: {
      ...{ probabilities: vector, valence: 0.1, arousal: 0.2, confidence: 0.6, uncertain: false },
      weights: { face: 0.5, voice: 0.3, words: 0.2 },
      modalities: { face: vector, voice: vector, words: vector },
    },
    ...{ smoothed: vector, engine: { name: 'onnx', model: 'fusion@1' } },
    ...{ queueMs: 2, inferenceMs: 6, scoredMs: startMs + 1120, publishMs: startMs + 1121 },
  });
  const at = sharedMs();
  const published = bus.publish(event);
  if (second < WARM_UP) return;
  sent.set(`${published.room} ${String(published.seq)}`, at);
  bytes += JSON.stringify(published).length;
}
