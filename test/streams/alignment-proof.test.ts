import * as mediasoup from 'mediasoup';
import type { types } from 'mediasoup';
import { filter, firstValueFrom, interval, map, type Subscription, take, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  makeRecording,
  type Recording,
  seeded,
  SyntheticPeer,
  synthesise,
  wallClock,
} from '../../bench/support/index.js';
import { type AudioChunk, AudioTrackReceiver, MediaClock, VideoTrackReceiver } from '../../src/media/index.js';
import { MEDIA_CODECS } from '../../src/sfu/media-codecs.js';
import type { TrackInfo, TrackSink } from '../../src/sfu/types.js';
import { findWorkerBinary } from '../../src/sfu/worker-binary.js';
import { type AlignedWindow, alignWindows, ParticipantStreams } from '../../src/streams/index.js';
import { CountingMeter } from '../media/support/counting-meter.js';
import { tap } from '../media/support/tapped-peer.js';

/** Picture and sound change together this often; the recording is one dark and silent stretch, then a bright and loud one. */
const HALF_MS = 1000;
const FPS = 30;
const WINDOWS = 11;
const LIMIT_MS = 40;

interface Flip {
  /** Media time of the first bright picture, or of the first loud sample, ms. */
  at: number;
  /** Nothing was lost for good just before it, so it is the change itself and not the first that was left of it. */
  clean: boolean;
}
/** A picture's neighbours are closer than this, ms. */
const PICTURE_GAP_MS = 1500 / FPS;
/** After a lost packet an Opus decoder knows the loudness wrong for some packets of 20 ms (RFC 6716 §4.3.2.1), ms. */
const SOUND_RECOVERY_MS = 100;

let worker: types.Worker;
let router: types.Router;
let recording: Recording;

beforeAll(async () => {
  worker = await mediasoup.createWorker({ workerBin: findWorkerBinary(), logLevel: 'error' });
  router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS });
  recording = makeRecording({
    video: {
      codec: 'VP8',
      width: 320,
      height: 180,
      framesPerSecond: FPS,
      frames: (2 * HALF_MS * FPS) / 1000,
      keyFrameEvery: 30,
      draw: (index, rgb) => {
        // Noise, so that a picture is several packets, as a camera's is.
        const random = seeded(index);
        const level = index * 1000 >= HALF_MS * FPS ? 200 : 20;
        for (let i = 0; i < rgb.length; i++) rgb[i] = level + random() * 40;
      },
    },
    audio: synthesise((2 * HALF_MS) / 1000, (at) =>
      at * 1000 >= HALF_MS ? 0.5 * Math.sin(2 * Math.PI * 1000 * at) : 0,
    ),
  });
});

afterAll(() => {
  worker.close();
});

describe('picture and sound that change at the same instant', () => {
  it('land in the same window, each within 40 ms, whatever the clocks, order, loss and jitter', async () => {
    const seeds = [1, 2, 3, 4];
    const results = await Promise.all(seeds.map((seed) => run(seed)));
    let pictures = 0;
    let sounds = 0;
    let pairs = 0;
    const worst = { picture: 0, sound: 0 };
    for (const { windows, truth, lost } of results) {
      expect(lost).toBeGreaterThan(0);
      expect(windows.map((window) => window.startMs)).toEqual(windows.map((_, i) => windows[0]!.startMs + i * 1000));
      for (const at of truth) {
        const inWindow = (flips: Flip[]) => flips.find((flip) => Math.abs(flip.at - at) < HALF_MS / 2);
        const byWindow = windows.map((window) => ({
          start: window.startMs,
          picture: inWindow(picturesOf(windows).filter((flip) => within(flip, window))),
          sound: inWindow(soundsOf(window)),
        }));
        const picture = byWindow.find((each) => each.picture);
        const sound = byWindow.find((each) => each.sound);
        // A change whose own packets were lost for good was not seen: that is loss, not misalignment.
        const seen = picture?.picture?.clean ? picture : null;
        const heard = sound?.sound?.clean ? sound : null;
        if (seen?.picture) {
          pictures++;
          worst.picture = Math.max(worst.picture, Math.abs(seen.picture.at - at));
        }
        if (heard?.sound) {
          sounds++;
          worst.sound = Math.max(worst.sound, Math.abs(heard.sound.at - at));
        }
        if (seen && heard) {
          pairs++;
          expect(seen.start).toBe(heard.start);
          expect(seen.start).toBe(Math.floor(at / 1000) * 1000);
        }
      }
    }
    const all = results.reduce((sum, { truth }) => sum + truth.length, 0);
    console.log(
      `alignment: ${String(pairs)} of ${String(all)} changes seen and heard; worst error of a picture ` +
        `${worst.picture.toFixed(1)} ms, of sound ${worst.sound.toFixed(1)} ms`,
    );
    expect(worst.picture).toBeLessThan(LIMIT_MS);
    expect(worst.sound).toBeLessThan(LIMIT_MS);
    expect(pictures).toBeGreaterThan(all / 2);
    expect(sounds).toBeGreaterThan(all / 2);
    expect(pairs).toBeGreaterThan(all / 2);
  });
});

/** One peer with its own clocks and bad luck: the windows that it makes, and when its media truly changed. */
async function run(
  seed: number,
): Promise<{ windows: AlignedWindow<number, AudioChunk>[]; truth: number[]; lost: number }> {
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
  const closers: (() => void)[] = [];
  const subscriptions: Subscription[] = [];
  const receive = (track: TrackInfo, requestKeyFrame: () => void): TrackSink => {
    const receiver =
      track.kind === 'video'
        ? new VideoTrackReceiver(track, {
            meter,
            clock: wallClock,
            mediaClock,
            requestKeyFrame,
            maxFramesPerSecond: 100,
            onFrame: ({ rgb, ...times }) => {
              streams.frame({ ...times, durationMs: 0, value: brightness(rgb) });
            },
          })
        : new AudioTrackReceiver(track, {
            meter,
            clock: wallClock,
            mediaClock,
            onChunk: (chunk) => {
              streams.audio({ ...chunk, durationMs: chunk.samples.length / 16, value: chunk });
            },
          });
    subscriptions.push(
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
  const windows = firstValueFrom(windows$);
  for (const producer of [peer.videoProducer, peer.audioProducer]) {
    if (!producer) throw new Error('a producer is missing');
    closers.push(
      await tap(router, producer, (track, control) =>
        receive(track, () => {
          control.requestKeyFrame();
        }),
      ),
    );
    streams.setTrack({ modality: producer.kind === 'video' ? 'face' : 'voice', on: true, paused: false });
  }
  // Away from the windows' edges, where being a millisecond off would be another window.
  const startMs = Math.ceil(wallClock() / 1000) * 1000 + 200 + random() * 600;
  peer.start(startMs);
  try {
    const result = await windows;
    const last = result.at(-1)!.endMs;
    const truth: number[] = [];
    for (let at = startMs + HALF_MS; at < last; at += 2 * HALF_MS) truth.push(at);
    return { windows: result, truth, lost: peer.link.lost };
  } finally {
    for (const close of closers) close();
    for (const subscription of subscriptions) subscription.unsubscribe();
    peer.close();
    expect(streams.observed).toBe(false);
    streams.close();
  }
}

function picturesOf(windows: AlignedWindow<number, AudioChunk>[]): Flip[] {
  const frames = windows.flatMap((window) => window.frames);
  return frames.flatMap((frame, i) => {
    const before = frames[i - 1];
    const flips = before && before.value < 128 && frame.value >= 128;
    return flips ? [{ at: frame.mediaTime, clean: frame.mediaTime - before.mediaTime < PICTURE_GAP_MS }] : [];
  });
}

/** Where sound sets in after a long silence. A sine crosses zero, so a moment below the threshold is not silence yet. */
function soundsOf(window: AlignedWindow<number, AudioChunk>): Flip[] {
  const flips: Flip[] = [];
  let loudAt = -Infinity;
  let heardTo = -Infinity;
  let gapAt = -Infinity;
  for (const { value: chunk } of window.audio) {
    if (loudAt === -Infinity) loudAt = chunk.mediaTime;
    if (chunk.mediaTime - heardTo > 5) gapAt = chunk.mediaTime;
    for (const [i, sample] of chunk.samples.entries()) {
      const at = chunk.mediaTime + i / 16;
      if (Math.abs(sample) >= 0.1) {
        if (at - loudAt > HALF_MS / 4) flips.push({ at, clean: at - gapAt > SOUND_RECOVERY_MS });
        loudAt = at;
      }
      heardTo = at;
    }
  }
  return flips.filter((flip) => within(flip, window));
}

function within(flip: Flip, window: { startMs: number; endMs: number }): boolean {
  return flip.at >= window.startMs && flip.at < window.endMs;
}

function brightness(rgb: Uint8Array): number {
  let sum = 0;
  for (const value of rgb) sum += value;
  return sum / rgb.length;
}
