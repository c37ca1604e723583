import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeRecording, type Recording, seeded } from '../../bench/support/index.js';
import { liveDecoders } from '../../src/media/index.js';
import { fitWithin } from '../../src/media/picture-scaler.js';
import type { VideoCodec } from '../../src/sfu/types.js';
import type { YuvPicture } from '../../src/media/types.js';
import { rgbOf, yuvBytes } from '../support/yuv.js';
import { EPOCH, videoReceiver, videoTrack } from './support/drive.js';

/** One second of pictures, each of one grey that tells its number: 20, 30, 40 … */
const FPS = 20;
const grey = (index: number) => 20 + 10 * (index % FPS);

const CODECS = ['VP8', 'VP9', 'H264', 'AV1'] as const;

function greys(codec: VideoCodec, width = 320, height = 180): Recording {
  return makeRecording({
    video: {
      codec,
      width,
      height,
      framesPerSecond: FPS,
      frames: FPS,
      keyFrameEvery: FPS,
      draw: (index, rgb) => rgb.fill(grey(index)),
    },
  });
}

const middle = (frame: YuvPicture) =>
  rgbOf(frame).rgb[(Math.floor(frame.height / 2) * frame.width + Math.floor(frame.width / 2)) * 3] as number;

let recordings: Record<VideoCodec, Recording>;
let vp8: Recording;
beforeAll(() => {
  recordings = { VP8: greys('VP8'), VP9: greys('VP9'), H264: greys('H264'), AV1: greys('AV1') };
  vp8 = recordings.VP8;
});
afterEach(() => {
  expect(liveDecoders()).toBe(0);
});

describe('VideoTrackReceiver', () => {
  it.each(CODECS)('decodes %s to pictures in order, each at its time', (codec) => {
    const { receiver, frames, meter, play } = videoReceiver(codec);
    play(videoTrack(recordings[codec]), { from: 0, to: 2000 });
    expect(frames).toHaveLength(2 * FPS);
    for (const [index, frame] of frames.entries()) {
      expect(frame).toMatchObject({ width: 320, height: 180 });
      expect(frame.yuv).toHaveLength(yuvBytes(320, 180));
      expect(Math.abs(middle(frame) - grey(index))).toBeLessThanOrEqual(6);
      expect(Math.abs(frame.mediaTime - (EPOCH + index * 50))).toBeLessThan(0.1);
      expect(frame.arrivalMs).toBe(EPOCH + index * 50);
    }
    expect(meter.of('emostream_decoded_total', 'video')).toBe(2 * FPS);
    expect(meter.total('emostream_dropped_total')).toBe(0);
    receiver.close();
  });

  it.each(CODECS)('follows a change of size in %s, and scales large pictures down', (codec) => {
    const { receiver, frames, play } = videoReceiver(codec);
    // H.264 has no odd sides.
    const tall = codec === 'H264' ? 160 : 161;
    const first = videoTrack(recordings[codec]);
    play(first, { from: 0, to: 1000 });
    const { firstSequenceNumber } = first.options;
    const next = videoTrack(greys(codec, 1280, 720), { firstSequenceNumber: firstSequenceNumber + first.packets });
    play(next, { from: 1000, to: 2000 });
    play(videoTrack(greys(codec, 90, tall), { ssrc: 9 }), { from: 2000, to: 3000 });
    const sizes = [...new Set(frames.map(({ width, height }) => `${String(width)}x${String(height)}`))];
    expect(sizes).toEqual(['320x180', '640x360', `90x${String(tall)}`]);
    expect(Math.abs(middle(frames.at(-1)!) - grey(FPS - 1))).toBeLessThanOrEqual(6);
    receiver.close();
  });

  it.each<[string, (timestamp: number, index: number) => number]>([
    ['runs fifty times too fast', (timestamp) => timestamp * 50],
    ['jumps about', (_, index) => index * 1_234_567_891],
  ])('hands on no more pictures a second because the sender’s clock %s', (_name, falsify) => {
    const { receiver, frames, meter, play } = videoReceiver('VP8', 8);
    play(videoTrack(vp8), { from: 0, to: 10_000 }, (data, index) => {
      data.writeUInt32BE(falsify(data.readUInt32BE(4), index) >>> 0, 4);
      return data;
    });
    // An eighth of a second less a quarter lies between two, and two seconds are saved up for bursts.
    expect(frames.length).toBeLessThanOrEqual(12 * (8 / 0.75) + 1);
    expect(frames.length).toBeGreaterThan(0);
    expect(meter.of('emostream_dropped_total', 'video', 'thinned')).toBeGreaterThan(50);
    receiver.close();
  });

  it('drops other payload types, malformed packets and stale ones, and counts them', () => {
    const { receiver, frames, meter, packet, play, state } = videoReceiver();
    play(videoTrack(vp8, { payloadType: 102 }), { from: 0, to: 500 });
    packet(Buffer.from('no RTP at all'));
    state.now += 5000;
    receiver.packet({ data: videoTrack(vp8).due(0)[0]!, arrivalMs: state.now - 4000 });
    expect(frames).toEqual([]);
    expect(meter.of('emostream_dropped_total', 'rtp', 'payload-type')).toBe(10);
    expect(meter.of('emostream_dropped_total', 'rtp', 'malformed')).toBe(1);
    expect(meter.of('emostream_dropped_total', 'rtp', 'overload')).toBe(1);
    receiver.close();
  });

  it('passes over padding-only packets', () => {
    const { receiver, frames, play } = videoReceiver();
    play(videoTrack(vp8), { from: 0, to: 500 }, (data, index) => {
      if (index !== 5) return data;
      const padding = Buffer.concat([data.subarray(0, 12), Buffer.from([0, 0, 3])]);
      padding[0] = 0xa0;
      return padding;
    });
    expect(frames).toHaveLength(9);
    receiver.close();
  });

  it('after a loss waits for a key frame, asks for it, and goes on', () => {
    const { receiver, frames, meter, play, state } = videoReceiver();
    const track = videoTrack(vp8);
    play(track, { from: 0, to: 2000 }, (data, index) => (index === 5 ? null : data));
    // skipTo made the first pictures key frames; the loss is of picture 5, and the recording has its own at 20.
    expect(state.keyFrameRequests).toBeGreaterThanOrEqual(1);
    expect(meter.of('emostream_rtp_lost_total', 'video')).toBe(1);
    const times = frames.map(({ mediaTime }) => Math.round(mediaTime - EPOCH) / 50);
    expect(times.slice(0, 5)).toEqual([0, 1, 2, 3, 4]);
    expect(times.slice(5)).toEqual(times.slice(5).sort((a, b) => a - b));
    expect(times.at(-1)).toBe(39);
    receiver.close();
  });

  it.each(CODECS)('survives any corruption of a picture of %s and recovers with the next key frame', (codec) => {
    const random = seeded(codec.length);
    const { receiver, frames, meter, play, state } = videoReceiver(codec);
    const recording = recordings[codec];
    // 20 s in which every packet has some wrong bytes, its header spared.
    play(videoTrack(recording), { from: 0, to: 20_000 }, (data) => {
      const bad = Buffer.from(data);
      for (let i = 0; i < 8; i++) bad[12 + Math.floor(random() * (bad.length - 12))] = Math.floor(random() * 256);
      return bad;
    });
    // Of AV1 the decoder takes anything for a picture whose headers can be read.
    if (codec === 'AV1') expect(meter.of('emostream_dropped_total', 'video', 'malformed')).toBeGreaterThan(0);
    else expect(meter.of('emostream_errors_total', 'MEDIA_CORRUPT')).toBeGreaterThan(0);
    expect(state.keyFrameRequests).toBeGreaterThan(0);
    // Backing off to one in 8 s.
    expect(state.keyFrameRequests).toBeLessThan(40);
    const before = frames.length;
    play(videoTrack(recording, { ssrc: 77 }), { from: 20_000, to: 22_000 });
    const after = frames.slice(before);
    expect(after.length).toBeGreaterThanOrEqual(FPS);
    expect(Math.abs(middle(after.at(-1)!) - grey(FPS - 1))).toBeLessThanOrEqual(6);
    receiver.close();
  });

  it('refuses a forged key frame that claims a monstrous size', () => {
    const { receiver, frames, meter, play } = videoReceiver();
    play(videoTrack(vp8), { from: 0, to: 50 }, (data) => {
      const forged = Buffer.from(data);
      // RTP header, payload descriptor, frame tag and start code, then width and height.
      forged.writeUInt16LE(16_383, 12 + 1 + 6);
      forged.writeUInt16LE(16_383, 12 + 1 + 8);
      return forged;
    });
    expect(frames).toEqual([]);
    expect(meter.of('emostream_dropped_total', 'video', 'picture-size')).toBe(1);
    expect(meter.of('emostream_refused_total', 'picture')).toBe(1);
    receiver.close();
  });

  it.each([
    // Not one is decoded.
    ['VP8', 4096, 2304, 'picture-size', 0],
    ['H264', 4096, 2304, 'picture-size', 0],
    ['VP9', 4096, 2304, 'picture-size', 0],
    ['AV1', 4096, 2304, 'picture-size', 0],
    // 62 million pixels a second: what the limit allows is.
    ['VP8', 1920, 1080, 'pixel-rate', 240],
    ['H264', 1920, 1080, 'pixel-rate', 240],
    ['VP9', 1920, 1080, 'pixel-rate', 240],
    ['AV1', 1920, 1080, 'pixel-rate', 240],
  ] as const)(
    'decodes no more of %s at %d×%d than is allowed, and says so once',
    (codec, width, height, what, most) => {
      const recording = makeRecording({
        video: {
          codec,
          width,
          height,
          framesPerSecond: 30,
          frames: 2,
          keyFrameEvery: 2,
          draw: (_, rgb) => rgb.fill(90),
        },
      });
      const { receiver, meter, problems, play } = videoReceiver(codec, 1);
      play(videoTrack(recording), { from: 0, to: 4000 });
      expect(problems).toEqual([]);
      play(videoTrack(recording, { ssrc: 5 }), { from: 4000, to: 15_000 });
      expect(problems).toEqual([what]);
      expect(meter.of('emostream_decoded_total', 'video')).toBeLessThanOrEqual(most);
      const stopped = meter.of('emostream_decoded_total', 'video');
      play(videoTrack(recording, { ssrc: 6 }), { from: 15_000, to: 20_000 });
      expect(meter.of('emostream_decoded_total', 'video')).toBe(stopped);
      expect(problems).toHaveLength(1);
      receiver.close();
    },
  );

  it.each(CODECS)(
    'opens its decoder of %s anew only now and then for a sender whose every picture is garbage',
    (codec) => {
      const { receiver, meter, play } = videoReceiver(codec);
      const recording = recordings[codec];
      const frames = recording.video!.frames.map((frame) => ({ ...frame, normal: frame.key }));
      // Key frames whose first partition is longer than they are (VP8), whose compressed header begins wrongly (VP9, §9.2.1), whose slices are
      // nothing after their first numbers (H.264), or whose tiles are missing (AV1).
      play(videoTrack({ video: { ...recording.video!, frames }, audio: null }), { from: 0, to: 20_000 }, (data) => {
        const bad = Buffer.from(data);
        if (codec === 'VP8') bad.fill(0xff, 12 + 1 + 1, 12 + 1 + 3);
        else if (codec === 'VP9') bad.fill(0xff, 12 + 1 + 11);
        else if (codec === 'AV1') return bad.subarray(0, 12 + 1 + 13);
        else if ((bad[12]! & 0x1f) === 5) bad.fill(0x81, 13 + 4);
        return bad;
      });
      const errors = meter.of('emostream_errors_total', 'MEDIA_CORRUPT');
      expect(errors).toBeGreaterThanOrEqual(10);
      expect(errors).toBeLessThanOrEqual(10 + 2 * 20);
      expect(meter.of('emostream_dropped_total', 'video', 'decoder-resting')).toBeGreaterThan(200);
      const before = meter.of('emostream_decoded_total', 'video');
      play(videoTrack(recording, { ssrc: 77 }), { from: 20_000, to: 24_000 });
      expect(meter.of('emostream_decoded_total', 'video') - before).toBeGreaterThanOrEqual(2 * FPS);
      receiver.close();
    },
  );

  it('hands on no more pictures than wanted, but tells how far it got', () => {
    const { receiver, frames, progress, meter, play } = videoReceiver('VP8', 5);
    play(videoTrack(vp8), { from: 0, to: 10_000 });
    expect(frames.length).toBeGreaterThanOrEqual(50);
    expect(frames.length).toBeLessThanOrEqual(67);
    expect(progress).toHaveLength(200);
    expect(meter.of('emostream_dropped_total', 'video', 'thinned')).toBe(200 - frames.length);
    receiver.close();
  });

  it('after a pause trusts only a key frame', () => {
    const { receiver, frames, play, state } = videoReceiver();
    const track = videoTrack(vp8);
    play(track, { from: 0, to: 500 });
    receiver.setPaused(true);
    state.now = EPOCH + 3000;
    receiver.setPaused(false);
    expect(state.keyFrameRequests).toBe(1);
    // The sequence goes on without a hole, as mediasoup makes it.
    const resumed = videoTrack(vp8, { firstSequenceNumber: 65_530 + 10 });
    const before = frames.length;
    play(resumed, { from: 3050, to: 5000 });
    expect(frames.length).toBeGreaterThan(before);
    expect(Math.abs(middle(frames[before]!) - grey(1))).toBeLessThanOrEqual(6);
    receiver.close();
  });

  it('is silent after close, and close may be called twice', () => {
    const { receiver, frames, play } = videoReceiver();
    receiver.close();
    receiver.close();
    play(videoTrack(vp8), { from: 0, to: 200 });
    receiver.setPaused(true);
    expect(frames).toEqual([]);
  });
});

describe('fitWithin', () => {
  it('keeps the shape and never enlarges', () => {
    expect(fitWithin(1280, 720, 640)).toEqual({ width: 640, height: 360 });
    expect(fitWithin(360, 640, 640)).toEqual({ width: 360, height: 640 });
    expect(fitWithin(720, 1280, 640)).toEqual({ width: 360, height: 640 });
    expect(fitWithin(4000, 1, 640)).toEqual({ width: 640, height: 1 });
  });
});
