import { describe, expect, it } from 'vitest';
import { makeRecording, seeded, synthesise, type SyntheticTrack } from '../../bench/support/index.js';
import type { VideoCodec } from '../../src/sfu/types.js';
import { audioReceiver, audioTrack, EPOCH, videoReceiver, videoTrack } from './support/drive.js';
import { drawMoving, psnrOfMoving } from './support/moving-picture.js';

const SIZE = { width: 160, height: 96 };
const FPS = 10;
const INTERVAL = 1000 / FPS;
const SECONDS = 60;
const recording = (codec: VideoCodec) =>
  makeRecording({
    video: {
      codec,
      ...SIZE,
      framesPerSecond: FPS,
      frames: SECONDS * FPS,
      keyFrameEvery: SECONDS * FPS,
      bitRate: 300_000,
      draw: drawMoving(SIZE.width, SIZE.height),
    },
  });
const recordings = { VP8: recording('VP8'), VP9: recording('VP9'), H264: recording('H264'), AV1: recording('AV1') };
const GOOD = 28;

interface Receiver {
  packet: (data: Uint8Array) => void;
  state: { now: number };
  receiver: { tick: (now: number) => void };
}

/** Plays a track over a road on which packets are lost; `again` says after how many ms one that was comes (null: never). */
function play(
  { packet, state, receiver }: Receiver,
  track: SyntheticTrack,
  ms: number,
  again: (index: number) => number | null | 0,
): void {
  const waiting: { at: number; data: Buffer }[] = [];
  let index = 0;
  for (let at = 0; at < ms; at += 5) {
    state.now = EPOCH + at;
    for (const data of track.due(at)) {
      const delay = again(index++);
      if (delay === 0) packet(data);
      else if (delay !== null) waiting.push({ at: at + delay, data });
    }
    for (const { data } of waiting.filter((one) => one.at === at)) packet(data);
    receiver.tick(state.now);
  }
}

describe.each(['VP8', 'VP9', 'H264', 'AV1'] as const)('pictures of %s', (codec) => {
  it('all come, in order and right, and no key frame is asked for, when what is lost comes again', () => {
    const driven = videoReceiver(codec);
    const random = seeded(3);
    play(driven, videoTrack(recordings[codec]), SECONDS * 1000, (index) => {
      if (index < 20 || random() >= 0.03) return 0;
      // At a round trip of 100 ms: at the first time of asking, or at the second.
      return random() < 0.06 ? 220 : 100;
    });
    const shown = driven.frames.map(({ mediaTime }) => Math.round((mediaTime - EPOCH) / INTERVAL));
    // The last may still be waited for.
    expect(shown.length).toBeGreaterThan(SECONDS * FPS - 4);
    expect(shown).toEqual(shown.map((_, index) => index));
    for (const [index, frame] of driven.frames.entries()) expect(psnrOfMoving(frame, index)).toBeGreaterThan(GOOD);
    expect(driven.state.keyFrameRequests).toBe(0);
    expect(driven.meter.total('emostream_dropped_total')).toBe(0);
    driven.receiver.close();
  });

  it('are decoded with a packet that comes 300 ms late, and what was held back for it at once', () => {
    const driven = videoReceiver(codec);
    const shownAt: number[] = [];
    play(driven, videoTrack(recordings[codec]), 3000, (index) => {
      while (shownAt.length < driven.frames.length) shownAt.push(driven.state.now - EPOCH);
      return index === 20 ? 300 : 0;
    });
    expect(driven.frames.length).toBeGreaterThanOrEqual(29);
    expect(driven.state.keyFrameRequests).toBe(0);
    driven.receiver.close();
  });

  it('of which one is really lost: a key frame is asked for, once while it is on its way', () => {
    const driven = videoReceiver(codec);
    const track = videoTrack(recordings[codec]);
    const asked: number[] = [];
    play(driven, track, 5000, (index) => {
      while (asked.length < driven.state.keyFrameRequests) asked.push(driven.state.now - EPOCH);
      // The sender hears of it, and its key frame arrives, 700 ms later.
      if (asked[0] !== undefined && driven.state.now - EPOCH >= asked[0] + 700) {
        track.requestKeyFrame();
        asked[0] = -1;
      }
      return index === 20 ? null : 0;
    });
    expect(driven.state.keyFrameRequests).toBe(1);
    expect(driven.frames.at(-1)!.mediaTime - EPOCH).toBeGreaterThan(4800);
    driven.receiver.close();
  });
});

it('a burst after a stall, with a hole in it, is held within bounds and counted', () => {
  const driven = videoReceiver('VP8');
  const track = videoTrack(recordings.VP8);
  const packets = Array.from({ length: SECONDS * 20 }, (_, i) => track.due(i * 50)).flat();
  // A packet each.
  expect(packets).toHaveLength(recordings.VP8.video!.frames.length);
  driven.packet(packets[0]!);
  packets.slice(2).forEach((data, i) => {
    driven.state.now = EPOCH + i / 100;
    driven.packet(data);
  });
  // More than the buffer holds came before the wait was over: the missing packet is given up, and all that followed is accounted for.
  expect(driven.meter.of('emostream_rtp_lost_total', 'video')).toBe(1);
  expect(driven.state.keyFrameRequests).toBe(1);
  expect(driven.frames).toHaveLength(1);
  expect(driven.meter.of('emostream_dropped_total', 'video', 'waiting')).toBe(packets.length - 2);
  driven.receiver.close();
});

it('sound waits no longer than 80 ms for what is missing', () => {
  const driven = audioReceiver();
  const tone = makeRecording({ audio: synthesise(2, (at) => Math.sin(at * 2765)) });
  const heardAt = new Map<number, number>();
  play(driven, audioTrack(tone), 2000, (index) => {
    const now = driven.state.now - EPOCH;
    for (const { mediaTime } of driven.chunks) {
      const key = Math.round((mediaTime - EPOCH) / 20);
      if (!heardAt.has(key)) heardAt.set(key, now);
    }
    return index % 25 === 10 ? null : 0;
  });
  const delays = [...heardAt].map(([key, at]) => at - key * 20);
  expect(heardAt.size).toBeGreaterThan(85);
  // A packet is 20 ms of sound, sent when they are over; and one is looked for when the next comes.
  expect(Math.max(...delays)).toBeLessThanOrEqual(80 + 20 + 20);
  driven.receiver.close();
});
