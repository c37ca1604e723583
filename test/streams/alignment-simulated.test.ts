import { beforeAll, describe, expect, it } from 'vitest';
import { type Impairment, ImpairedLink, type Recording, seeded, SyntheticTrack } from '../../bench/support/index.js';
import { type AudioChunk, AudioTrackReceiver, MediaClock, VideoTrackReceiver } from '../../src/media/index.js';
import { parseSenderReport } from '../../src/sfu/sender-report.js';
import type { TrackInfo } from '../../src/sfu/types.js';
import { WindowAligner } from '../../src/streams/index.js';
import { CountingMeter } from '../media/support/counting-meter.js';
import {
  flashRecording,
  type FlashWindow,
  measure,
  summarise,
  timedPicture,
  timedSound,
  truthOf,
} from './support/flash.js';

/** Real packets and real decoders on a made-up clock: nothing depends on how busy the machine is. */
const SECONDS = 14;
const LIMIT_MS = 40;

let recording: Recording;
beforeAll(() => {
  recording = flashRecording();
});

describe('picture and sound that change at the same instant, in simulated time', () => {
  it.each([
    { name: 'a perfect link', impairment: {} as Impairment },
    { name: '50 ms of jitter with reordering', impairment: { jitterMs: 50, reorderPercent: 5 } },
    { name: '50 ms of jitter, reordering, 5 % loss', impairment: { jitterMs: 50, reorderPercent: 5, lossPercent: 5 } },
    { name: 'a long way', impairment: { delayMs: 30, jitterMs: 20, lossPercent: 2 } },
  ])('are in the same window, each within 40 ms: $name', ({ name, impairment }) => {
    const runs = [1, 2, 3, 4].map((seed) => simulate(seed, impairment));
    // The constant part of the way cannot be told from the clocks' difference: media time counts it as none.
    const delayMs = impairment.delayMs ?? 0;
    const measured = runs.flatMap(({ windows, startMs }) => measure(windows, truthOf(startMs + delayMs, windows)));
    const figures = summarise(measured);
    console.log(`${name}: ${figures.line}`);
    expect(figures.both).toBeGreaterThanOrEqual(figures.changes / 4);
    expect(figures.apart).toBe(0);
    expect(figures.pictureMs).toBeLessThan(LIMIT_MS);
    expect(figures.soundMs).toBeLessThan(LIMIT_MS);
    expect(figures.lipSyncMs).toBeLessThan(LIMIT_MS / 2);
  });
});

function simulate(seed: number, impairment: Impairment): { windows: FlashWindow[]; startMs: number } {
  const random = seeded(seed * 104_729);
  const meter = new CountingMeter();
  const epoch = Date.UTC(2026, 0, 1);
  // Changes are away from the windows' edges, where being a millisecond off would be another window.
  const startMs = epoch + 200 + random() * 600;
  const ntpOffsetMs = (random() - 0.5) * 1e7;
  let now = epoch;
  const clock = () => now;
  const mediaClock = new MediaClock(meter);
  const aligner = new WindowAligner<number, AudioChunk>({ meter });
  aligner.setTrack('face', true, false);
  aligner.setTrack('voice', true, false);
  // The video clock wraps within the run; the audio clock is anywhere.
  const options = { ssrc: seed, firstSequenceNumber: 65_500 };
  const video = SyntheticTrack.video(
    { ...options, payloadType: 101, clockRate: 90_000, timestampOffset: 2 ** 32 - 90_000 * seed },
    recording.video!,
  );
  const audio = SyntheticTrack.audio(
    { ...options, payloadType: 111, clockRate: 48_000, timestampOffset: Math.floor(random() * 2 ** 32) },
    recording.audio!,
  );
  const tracks = [
    {
      track: video,
      receiver: new VideoTrackReceiver(info('video', 101, 90_000), {
        meter,
        clock,
        mediaClock,
        maxFramesPerSecond: 100,
        requestKeyFrame: () => {
          video.requestKeyFrame();
        },
        onFrame: (frame) => {
          aligner.pushFrame(timedPicture(frame));
        },
      }),
    },
    {
      track: audio,
      receiver: new AudioTrackReceiver(info('audio', 111, 48_000), {
        meter,
        clock,
        mediaClock,
        onChunk: (chunk) => {
          aligner.pushAudio(timedSound(chunk));
        },
      }),
    },
  ].map(({ track, receiver }) => ({
    track,
    receiver,
    link: new ImpairedLink(impairment, random, (data) => {
      if (data[1] === 200) receiver.senderReport(readReport(data, now));
      else receiver.packet({ data, arrivalMs: now });
    }),
  }));
  const windows: FlashWindow[] = [];
  for (; now < epoch + SECONDS * 1000; now += 5) {
    for (const { track, receiver, link } of tracks) {
      const elapsed = now - startMs;
      if (elapsed >= 0) {
        for (const packet of track.due(elapsed)) link.send(packet, now);
        const report = track.report(elapsed, now + ntpOffsetMs, 'simulated');
        if (report) link.send(report, now);
      }
      link.flush(now);
      receiver.tick(now);
    }
    if (now % 50 === 0) windows.push(...aligner.advance(now).windows);
  }
  for (const { receiver } of tracks) receiver.close();
  return { windows, startMs };
}

function info(kind: 'audio' | 'video', payloadType: number, clockRate: number): TrackInfo {
  const codec = kind === 'video' ? 'VP8' : 'opus';
  return { trackId: kind, source: kind === 'video' ? 'camera' : 'microphone', kind, codec, payloadType, clockRate };
}

function readReport(data: Buffer, arrivalMs: number) {
  const report = parseSenderReport(
    {
      ssrc: data.readUInt32BE(4),
      ntpSec: data.readUInt32BE(8),
      ntpFrac: data.readUInt32BE(12),
      rtpTs: data.readUInt32BE(16),
    },
    arrivalMs,
  );
  if (!report) throw new Error('not a sender report');
  return report;
}
