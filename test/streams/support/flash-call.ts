import type { types } from 'mediasoup';
import { filter, firstValueFrom, interval, map, merge, Subject, type Subscription, take, toArray } from 'rxjs';
import { expect } from 'vitest';
import { type Impairment, type Recording, seeded, SyntheticPeer, wallClock } from '../../../bench/support/index.js';
import { type AudioChunk, AudioTrackReceiver, MediaClock, VideoTrackReceiver } from '../../../src/media/index.js';
import type { TrackInfo } from '../../../src/sfu/types.js';
import { type AlignerInput, alignWindows } from '../../../src/streams/index.js';
import { CountingMeter } from '../../media/support/counting-meter.js';
import { tap } from '../../media/support/tapped-peer.js';
import type { PacketSink } from '../../sfu/support/local-receiver.js';
import { type FlashWindow, timedPicture, timedSound } from './flash.js';
import { blockedUntil, type Mishaps, NO_MISHAPS, pausedMs } from './mishaps.js';
import { Trips } from './trips.js';

/** The changes are at least so far from the windows' edges, ms. */
export const EDGE_MS = 200;

export interface FlashCall {
  windows: FlashWindow[];
  startMs: number;
  lost: number;
  trips: Trips;
  meter: CountingMeter;
}

export interface FlashCallOptions {
  router: types.Router;
  recording: Recording;
  seed: number;
  impairment: Impairment;
  /** So many windows are waited for. */
  windows: number;
  mishaps?: Mishaps;
}

/** One peer with its own clocks and bad luck, through mediasoup: the windows that it makes, and when its recording began. */
export async function flashCall(options: FlashCallOptions): Promise<FlashCall> {
  const { router, recording, seed, impairment, mishaps = NO_MISHAPS } = options;
  const random = seeded(seed * 7919);
  const meter = new CountingMeter();
  const videoTimestampOffset = 2 ** 32 - 90_000 * seed;
  const audioTimestampOffset = Math.floor(random() * 2 ** 32);
  const ntpOffsetMs = (random() - 0.5) * 1e7;
  let startMs = Infinity;
  const peer = await SyntheticPeer.create({
    router,
    recording,
    seed,
    impairment: { ...impairment, blockedUntil: (now) => startMs + blockedUntil(mishaps, now - startMs) },
    pausedMs: (kind, elapsedMs) => pausedMs(mishaps, kind, elapsedMs),
    // The video clock wraps within the run; the audio clock is anywhere.
    videoTimestampOffset,
    audioTimestampOffset,
    ntpOffsetMs,
  });
  // Away from the windows' edges, where being a millisecond off would be another window.
  startMs = Math.ceil(wallClock() / 1000) * 1000 + 1000 + EDGE_MS + random() * (1000 - 2 * EDGE_MS);
  const trips = new Trips(startMs, mishaps);
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
      kind: track.kind,
      clockRate: track.clockRate,
      timestampOffset: video ? videoTimestampOffset : audioTimestampOffset,
      // Twenty milliseconds of sound leave when they are over.
      leavesAfterMs: video ? 0 : 20,
    });
  };
  const tick$ = interval(50).pipe(
    map(wallClock),
    map((now) => ({ type: 'tick' as const, now, handledMs: now })),
  );
  const windows$ = merge(input, tick$).pipe(
    alignWindows<number, AudioChunk>({ meter }),
    filter((event) => event.type === 'window'),
    map((event) => event.window),
    take(options.windows),
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
  return { windows, startMs, lost: peer.link.lost, trips, meter };
}
