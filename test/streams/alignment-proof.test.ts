import * as mediasoup from 'mediasoup';
import type { types } from 'mediasoup';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { filter, firstValueFrom, interval, map, type Subscription, take, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Recording, seeded, SyntheticPeer, wallClock } from '../../bench/support/index.js';
import { type AudioChunk, AudioTrackReceiver, MediaClock, VideoTrackReceiver } from '../../src/media/index.js';
import { MEDIA_CODECS } from '../../src/sfu/media-codecs.js';
import type { TrackInfo, TrackSink } from '../../src/sfu/types.js';
import { findWorkerBinary } from '../../src/sfu/worker-binary.js';
import { alignWindows, ParticipantStreams } from '../../src/streams/index.js';
import { CountingMeter } from '../media/support/counting-meter.js';
import { tap } from '../media/support/tapped-peer.js';
import {
  flashRecording,
  type FlashWindow,
  measure,
  summarise,
  timedPicture,
  timedSound,
  truthOf,
} from './support/flash.js';

const WINDOWS = 11;
const LIMIT_MS = 40;
const SEEDS = [1, 2, 3, 4, 5];
/** Fewer measurable changes (the packets of both not lost) than this would show nothing. */
const ENOUGH = 3;
/** On a machine so busy that this process itself is held up for longer than this, ms, its own clock readings are wrong. */
const HELD_UP_MS = 30;
const ATTEMPTS = 6;

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
      for (let attempt = 1; ; attempt++) {
        const delay = monitorEventLoopDelay({ resolution: 5 });
        delay.enable();
        const results = await Promise.all(SEEDS.map((seed) => run(seed)));
        delay.disable();
        const heldUpMs = delay.percentile(98) / 1e6;
        const figures = summarise(
          results.flatMap(({ windows, startMs }) => measure(windows, truthOf(startMs, windows))),
        );
        console.log(`${figures.line}; event loop held up ${heldUpMs.toFixed(0)} ms (p98)`);
        for (const { windows, lost } of results) {
          expect(lost).toBeGreaterThan(0);
          expect(windows.map(({ startMs }) => startMs)).toEqual(windows.map((_, i) => windows[0]!.startMs + i * 1000));
        }
        if (heldUpMs > HELD_UP_MS && attempt < ATTEMPTS) {
          console.log('the machine is too busy for this measurement: once more');
          continue;
        }
        expect(figures.both).toBeGreaterThanOrEqual(ENOUGH);
        expect(figures.apart).toBe(0);
        // The same figures hold without condition in simulated time (alignment-simulated.test.ts).
        const limit = LIMIT_MS + Math.max(0, heldUpMs - HELD_UP_MS);
        expect(figures.pictureMs).toBeLessThan(limit);
        expect(figures.soundMs).toBeLessThan(limit);
        return;
      }
    },
  );
});

/** One peer with its own clocks and bad luck: the windows that it makes, and when its recording began. */
async function run(seed: number): Promise<{ windows: FlashWindow[]; startMs: number; lost: number }> {
  const random = seeded(seed * 7919);
  const meter = new CountingMeter();
  const peer = await SyntheticPeer.create({
    router,
    recording,
    seed,
    impairment: { lossPercent: 5, jitterMs: 50, reorderPercent: 5 },
    // The video clock wraps within the run; the audio clock is anywhere.
    videoTimestampOffset: 2 ** 32 - 90_000 * seed,
    audioTimestampOffset: Math.floor(random() * 2 ** 32),
    ntpOffsetMs: (random() - 0.5) * 1e7,
  });
  const streams = new ParticipantStreams<number, AudioChunk>();
  const mediaClock = new MediaClock(meter);
  const ticks: Subscription[] = [];
  const receive = (track: TrackInfo, requestKeyFrame: () => void): TrackSink => {
    const common = { meter, clock: wallClock, mediaClock };
    const onFrame = (frame: Parameters<typeof timedPicture>[0]) => {
      streams.frame(timedPicture(frame));
    };
    const onChunk = (chunk: AudioChunk) => {
      streams.audio(timedSound(chunk));
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
    return receiver;
  };
  const windows$ = alignWindows(streams, interval(50).pipe(map(wallClock)), { meter }).pipe(
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
    streams.setTrack({ modality: producer.kind === 'video' ? 'face' : 'voice', on: true, paused: false });
  }
  // Away from the windows' edges, where being a millisecond off would be another window.
  const startMs = Math.ceil(wallClock() / 1000) * 1000 + 200 + random() * 600;
  peer.start(startMs);
  const windows = await result;
  for (const close of closers) close();
  for (const tick of ticks) tick.unsubscribe();
  peer.close();
  expect(streams.observed).toBe(false);
  streams.close();
  return { windows, startMs, lost: peer.link.lost };
}
