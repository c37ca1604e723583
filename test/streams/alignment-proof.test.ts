import * as mediasoup from 'mediasoup';
import type { types } from 'mediasoup';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Recording } from '../../bench/support/index.js';
import { MEDIA_CODECS } from '../../src/sfu/media-codecs.js';
import { findWorkerBinary } from '../../src/sfu/worker-binary.js';
import { flashRecording, measure, strays, summarise, truthOf } from './support/flash.js';
import { EDGE_MS, flashCall } from './support/flash-call.js';
import { type Mishaps, NO_MISHAPS } from './support/mishaps.js';

const WINDOWS = 11;
const LIMIT_MS = 40;
const SEEDS = [1, 2, 3, 4, 5];
/** Fewer measurable changes (the packets of both not lost) than this would show nothing. */
const ENOUGH = 3;
/** A machine that was later than this in the last seconds before a change says nothing about it, ms. */
const TOO_LATE_MS = 2 * LIMIT_MS;
/** A packet that took longer may come after its window closed, 150 ms after its end (`allowedLatenessMs`); jitter is 15, ms. */
const SLOW_MS = 100;
/** Packets of 20 ms; a clock that went wrong at a pause would cost some hundred. */
const SLOW_AFTER_PAUSE = 4;
const BAD_LUCK = { lossPercent: 5, jitterMs: 50, reorderPercent: 5 };

let worker: types.Worker;
let router: types.Router;
let recording: Recording;

beforeAll(async () => {
  worker = await mediasoup.createWorker({ workerBin: findWorkerBinary(), logLevel: 'error' });
  router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS });
  recording = flashRecording();
});

afterAll(() => {
  worker.close();
});

describe('picture and sound that change at the same instant, through mediasoup', () => {
  it(
    'land in the same window, each within 40 ms, whatever the clocks, order, loss and jitter',
    { timeout: 180_000 },
    async () => {
      const results = await Promise.all(
        SEEDS.map((seed) => flashCall({ router, recording, seed, impairment: BAD_LUCK, windows: WINDOWS })),
      );
      const judged = results.flatMap(({ windows, startMs, trips }) => {
        const truth = truthOf(startMs, windows);
        return measure(windows, truth).map((found, i) => ({ ...found, late: trips.lateness(truth[i]!) }));
      });
      const figures = summarise(judged);
      const worstMs = Math.max(...judged.map(({ late }) => late));
      const unjudged = judged.filter(({ late }) => late > TOO_LATE_MS).length;
      console.log(`${figures.line}; the machine itself was up to ${worstMs.toFixed(1)} ms late`);
      if (unjudged > 0) console.log(`${String(unjudged)} of them are not judged: the machine was too busy around them`);
      for (const { windows, lost } of results) {
        expect(lost).toBeGreaterThan(0);
        expect(windows.map(({ startMs }) => startMs)).toEqual(windows.map((_, i) => windows[0]!.startMs + i * 1000));
      }
      if (unjudged === 0) expect(figures.both).toBeGreaterThanOrEqual(ENOUGH);
      for (const { picture, sound, late } of judged) {
        if (late > TOO_LATE_MS) continue;
        // What the machine was late by it cannot know; without that the figures hold in alignment-simulated.test.ts.
        if (picture) expect(Math.abs(picture.errorMs)).toBeLessThan(LIMIT_MS + late);
        if (sound) expect(Math.abs(sound.errorMs)).toBeLessThan(LIMIT_MS + late);
        if (picture && sound && late < EDGE_MS - LIMIT_MS) expect(picture.window).toBe(sound.window);
      }
    },
  );

  it('are where they belong after a road was blocked and after a capture paused', { timeout: 180_000 }, async () => {
    await Promise.all(TRIPS.map((trip, i) => prove(trip, i + 10)));
  });
});

const PAUSES = [5000, 9000, 13_000];
const TRIPS: { name: string; mishaps: Mishaps; windows: number }[] = [
  // The cases late-burst-moves-clock and short-capture-stall, and one of each kind beside them.
  { name: 'a stall of 4 s', mishaps: { ...NO_MISHAPS, stalls: [{ from: 6000, to: 10_000 }] }, windows: 17 },
  {
    name: 'stalls of 0.5 s',
    mishaps: { ...NO_MISHAPS, stalls: [5000, 9000].map((from) => ({ from, to: from + 500 })) },
    windows: 15,
  },
  {
    name: 'pauses of the microphone of 1 s',
    mishaps: { ...NO_MISHAPS, pauses: PAUSES.map((from) => ({ from, to: from + 1000, kind: 'audio' })) },
    windows: 18,
  },
  {
    name: 'pauses of the microphone of 0.3 s',
    mishaps: { ...NO_MISHAPS, pauses: PAUSES.map((from) => ({ from, to: from + 300, kind: 'audio' })) },
    windows: 18,
  },
];

async function prove({ name, mishaps, windows: count }: (typeof TRIPS)[number], seed: number): Promise<void> {
  const options = { router, recording, seed, impairment: { jitterMs: 15 }, windows: count, mishaps };
  const { windows, startMs, trips, meter } = await flashCall(options);
  let judged = 0;
  let worstMs = 0;
  const lateMs = Math.max(...windows.map(({ endMs }) => trips.lateness(endMs)));
  for (const kind of ['video', 'audio'] as const) {
    const truth = truthOf(startMs, windows, kind, mishaps);
    measure(windows, truth).forEach((found, i) => {
      const late = trips.lateness(truth[i]!);
      const flip = kind === 'video' ? found.picture : found.sound;
      if (late > TOO_LATE_MS || !flip) return;
      judged++;
      worstMs = Math.max(worstMs, Math.abs(flip.errorMs));
      expect(Math.abs(flip.errorMs)).toBeLessThan(LIMIT_MS + late);
    });
    if (lateMs < LIMIT_MS) expect(strays(windows, kind, truth, 2 * LIMIT_MS)).toEqual([]);
  }
  const lost = meter.of('emostream_dropped_total', 'align', 'voice-late');
  console.log(
    `${name}: ${String(judged)} changes judged, worst error ${worstMs.toFixed(1)} ms, late sounds ${String(lost)}; the machine itself was up to ${lateMs.toFixed(1)} ms late`,
  );
  if (lateMs > LIMIT_MS) return;
  expect(judged).toBeGreaterThanOrEqual(ENOUGH);
  const stalledMs = mishaps.stalls.reduce((sum, { from, to }) => sum + to - from, 0);
  // Packets of 20 ms; those that the machine brought when their window was due to close, one by one; and after a pause those that a
  // busy machine was slow to decode, which no trip shows.
  const slow = trips.slowSounds(SLOW_MS) + mishaps.pauses.length * SLOW_AFTER_PAUSE;
  expect(lost).toBeLessThanOrEqual(stalledMs / 20 + slow);
  if (stalledMs > 0) expect(meter.of('emostream_media_clock_steps_total')).toBe(0);
}
