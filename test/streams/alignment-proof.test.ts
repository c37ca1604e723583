import * as mediasoup from 'mediasoup';
import type { types } from 'mediasoup';
import { filter, firstValueFrom, interval, map, merge, Subject, type Subscription, take, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Recording, seeded, SyntheticPeer, wallClock } from '../../bench/support/index.js';
import { type AudioChunk, AudioTrackReceiver, MediaClock, VideoTrackReceiver } from '../../src/media/index.js';
import { MEDIA_CODECS } from '../../src/sfu/media-codecs.js';
import type { TrackInfo } from '../../src/sfu/types.js';
import { findWorkerBinary } from '../../src/sfu/worker-binary.js';
import { type AlignerInput, alignWindows } from '../../src/streams/index.js';
import { CountingMeter } from '../media/support/counting-meter.js';
import { tap } from '../media/support/tapped-peer.js';
import type { PacketSink } from '../sfu/support/local-receiver.js';
import {
  flashRecording,
  type FlashWindow,
  measure,
  summarise,
  timedPicture,
  timedSound,
  truthOf,
} from './support/flash.js';
import { Trips } from './support/trips.js';

const WINDOWS = 11;
const LIMIT_MS = 40;
const SEEDS = [1, 2, 3, 4, 5];
/** Fewer measurable changes (the packets of both not lost) than this would show nothing. */
const ENOUGH = 3;
/** A machine that was later than this in the last seconds before a change says nothing about it, ms. */
const TOO_LATE_MS = 2 * LIMIT_MS;
/** The changes are at least so far from the windows' edges, ms. */
const EDGE_MS = 200;

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
      const results = await Promise.all(SEEDS.map((seed) => run(seed)));
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
});

/** One peer with its own clocks and bad luck: the windows that it makes, and when its recording began. */
async function run(seed: number): Promise<{ windows: FlashWindow[]; startMs: number; lost: number; trips: Trips }> {
  const random = seeded(seed * 7919);
  const meter = new CountingMeter();
  const videoTimestampOffset = 2 ** 32 - 90_000 * seed;
  const audioTimestampOffset = Math.floor(random() * 2 ** 32);
  const ntpOffsetMs = (random() - 0.5) * 1e7;
  const peer = await SyntheticPeer.create({
    router,
    recording,
    seed,
    impairment: { lossPercent: 5, jitterMs: 50, reorderPercent: 5 },
    // The video clock wraps within the run; the audio clock is anywhere.
    videoTimestampOffset,
    audioTimestampOffset,
    ntpOffsetMs,
  });
  // Away from the windows' edges, where being a millisecond off would be another window.
  const startMs = Math.ceil(wallClock() / 1000) * 1000 + 1000 + EDGE_MS + random() * (1000 - 2 * EDGE_MS);
  const trips = new Trips(startMs);
  const input = new Subject<AlignerInput<number, AudioChunk>>();
  const mediaClock = new MediaClock(meter);
  const ticks: Subscription[] = [];
  const receive = (track: TrackInfo, requestKeyFrame: () => void): PacketSink => {
    const common = { meter, clock: wallClock, mediaClock };
    const onFrame = (frame: Parameters<typeof timedPicture>[0]) => {
      input.next({ type: 'frame', frame: timedPicture(frame) });
    };
    const onChunk = (chunk: AudioChunk) => {
      input.next({ type: 'audio', audio: timedSound(chunk) });
    };
    const receiver =
      track.kind === 'video'
        ? new VideoTrackReceiver(track, { ...common, requestKeyFrame, maxFramesPerSecond: 100, onFrame })
        : new AudioTrackReceiver(track, { ...common, onChunk });
    ticks.push(
      interval(50).subscribe(() => {
        receiver.tick(wallClock());
      }),
    );
    const video = track.kind === 'video';
    return trips.watch(receiver, {
      clockRate: track.clockRate,
      timestampOffset: video ? videoTimestampOffset : audioTimestampOffset,
      // Twenty milliseconds of sound leave when they are over.
      leavesAfterMs: video ? 0 : 20,
    });
  };
  const tick$ = interval(50).pipe(map(() => ({ type: 'tick' as const, now: wallClock() })));
  const windows$ = merge(input, tick$).pipe(
    alignWindows<number, AudioChunk>({ meter }),
    filter((event) => event.type === 'window'),
    map((event) => event.window),
    take(WINDOWS),
    toArray(),
  );
  const result = firstValueFrom(windows$);
  const closers: (() => void)[] = [];
  for (const producer of [peer.videoProducer!, peer.audioProducer!]) {
    const open = (track: TrackInfo, control: { requestKeyFrame(): void }) =>
      receive(track, () => {
        control.requestKeyFrame();
      });
    closers.push(await tap(router, producer, open));
    const modality = producer.kind === 'video' ? 'face' : 'voice';
    input.next({ type: 'track', change: { modality, on: true, paused: false } });
  }
  peer.start(startMs);
  const windows = await result;
  for (const close of closers) close();
  for (const tick of ticks) tick.unsubscribe();
  peer.close();
  expect(input.observed).toBe(false);
  return { windows, startMs, lost: peer.link.lost, trips };
}
