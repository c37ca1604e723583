import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Command } from 'commander';
import * as mediasoup from 'mediasoup';
import { MEDIA_CODECS } from '../src/sfu/index.js';
import { findWorkerBinary } from '../src/sfu/worker-binary.js';
import { type CameraName, CAMERAS } from './loss/cameras.js';
import { runLoss } from './loss/run.js';
import { measured } from './support/measured.js';
import { table } from './support/statistics.js';
import { writeJson } from './support/write-json.js';

/**
 * `npm run bench:loss`: cameras on a road that loses packets both ways, through the real media worker, tap and decoder. What is
 * counted is the key frames that analysis asks them for, with the wait for missing packets as it is and with a short one.
 */
const program = new Command('bench:loss')
  .option('-n, --people <count>', 'cameras at a time', '4')
  .option('-s, --seconds <seconds>', 'measured time of each', '60')
  .option('--loss <percent>', 'packets lost, each way', '3')
  .option('--round-trip <ms>', 'there and back', '100')
  .option('--json <file>', 'where the figures go', 'bench/results/loss.json');

interface Options {
  people: string;
  seconds: string;
  loss: string;
  roundTrip: string;
  json: string;
}

/** What was waited before (a retransmission on a short road), ms. */
const SHORT_WAIT_MS = 80;

program.parse();
const options = program.opts<Options>();
const [people, seconds, lossPercent, roundTripMs] = [
  options.people,
  options.seconds,
  options.loss,
  options.roundTrip,
].map(Number) as [number, number, number, number];

const worker = await mediasoup.createWorker({ workerBin: findWorkerBinary(), logLevel: 'none' });
const router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS });
const cameras = [];
for (const camera of Object.keys(CAMERAS) as CameraName[]) {
  const run = { router, camera, people, seconds, lossPercent, roundTripMs };
  const late = monitorEventLoopDelay({ resolution: 5 });
  late.enable();
  // At the same time, so that both have the same machine.
  const [short, own] = await Promise.all([runLoss({ ...run, waitMs: SHORT_WAIT_MS, seed: 100 }), runLoss(run)]);
  const figures = (persons: typeof own) => ({
    requestsAMinute: (60 * sum(persons.map((person) => person.keyFrameRequests))) / (people * seconds),
    picturesASecond: sum(persons.map((person) => person.pictures)) / (people * seconds),
    longestGapMs: Math.round(Math.max(...persons.map((person) => person.longestGapMs))),
  });
  // A machine that is late by as much as the road is long measures itself.
  const lateMs = Math.round(late.percentile(99) / 1e6);
  cameras.push({ camera, what: CAMERAS[camera], lateMs, short: figures(short), own: figures(own) });
}
worker.close();

console.log(
  table(
    cameras.flatMap(({ what, lateMs, short, own }): [string, string][] => [
      [
        `${what}: key frame requests a minute`,
        `${short.requestsAMinute.toFixed(1)} → ${own.requestsAMinute.toFixed(1)}`,
      ],
      ['  pictures decoded a second', `${short.picturesASecond.toFixed(1)} → ${own.picturesASecond.toFixed(1)}`],
      ['  this process was late by (p99), ms', String(lateMs)],
      ['  longest time without one, ms', `${String(short.longestGapMs)} → ${String(own.longestGapMs)}`],
    ]),
  ),
);
writeJson(options.json, {
  benchmark: 'loss',
  ...measured('bench:loss'),
  people,
  seconds,
  lossPercent,
  roundTripMs,
  shortWaitMs: SHORT_WAIT_MS,
  cameras,
});
setTimeout(() => process.exit(), 1000).unref();

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
