import { afterEach, describe, expect, it } from 'vitest';
import { encodeOpus, makeRecording, type Recording, seeded, synthesise, writeRtp } from '../../bench/support/index.js';
import { type AudioChunk, liveDecoders } from '../../src/media/index.js';
import { audioReceiver, audioTrack, EPOCH } from './support/drive.js';

/** A tone from 1.0 s to 1.5 s, silence before and after; two seconds. */
const burst = makeRecording({
  audio: synthesise(2, (at) => (at >= 1 && at < 1.5 ? 0.5 * Math.sin(2 * Math.PI * 800 * at) : 0)),
});
const tone = makeRecording({ audio: synthesise(1, (at) => 0.5 * Math.sin(2 * Math.PI * 800 * at)) });

/** Samples with the media time of each, ms since the start. */
function samplesOf(chunks: AudioChunk[]): { at: number; value: number }[] {
  return chunks.flatMap(({ mediaTime, samples }) =>
    Array.from(samples, (value, i) => ({ at: mediaTime - EPOCH + i / 16, value })),
  );
}

/** Stretches of sound without a gap, as [from, to] in ms since the start. */
function stretches(chunks: AudioChunk[]): [number, number][] {
  const out: [number, number][] = [];
  for (const { mediaTime, samples } of chunks) {
    const from = mediaTime - EPOCH;
    const last = out.at(-1);
    if (last && Math.abs(from - last[1]) < 0.1) last[1] = from + samples.length / 16;
    else out.push([from, from + samples.length / 16]);
  }
  return out;
}

afterEach(() => {
  expect(liveDecoders()).toBe(0);
});

describe('AudioTrackReceiver', () => {
  it('decodes Opus to 16 kHz without a gap, each sound at its time', () => {
    const { receiver, chunks, meter, play } = audioReceiver();
    play(audioTrack(burst), { from: 0, to: 2100 });
    expect(stretches(chunks)).toHaveLength(1);
    // A packet leaves when its 20 ms are over, so the least delay, which media time counts as none, is 20 ms.
    const loud = samplesOf(chunks).filter(({ value }) => Math.abs(value) > 0.1);
    expect(Math.abs(loud[0]!.at - 1020)).toBeLessThan(3);
    expect(Math.abs(loud.at(-1)!.at - 1520)).toBeLessThan(5);
    const inside = samplesOf(chunks).filter(({ at }) => at > 1100 && at < 1400);
    const power = inside.reduce((sum, { value }) => sum + value * value, 0) / inside.length;
    expect(Math.sqrt(power)).toBeGreaterThan(0.3);
    expect(Math.sqrt(power)).toBeLessThan(0.4); // 0.5/√2
    expect(meter.total('emostream_dropped_total')).toBe(0);
    receiver.close();
  });

  it('mixes stereo down, whatever a packet holds', () => {
    const both = synthesise(1, (at) => 0.5 * Math.sin(2 * Math.PI * 800 * at));
    const interleaved = Float32Array.from({ length: both.length * 2 }, (_, i) => both[i >> 1] as number);
    const stereo: Recording = { video: null, audio: { packets: encodeOpus(interleaved, { channels: 2 }) } };
    const mixed: Recording = {
      video: null,
      audio: { packets: stereo.audio!.packets.map((packet, i) => (i < 25 ? packet : tone.audio!.packets[i]!)) },
    };
    const { receiver, chunks, play } = audioReceiver();
    play(audioTrack(mixed), { from: 0, to: 1000 });
    const values = samplesOf(chunks).filter(({ at }) => at > 100 && at < 900);
    for (const part of [values.filter(({ at }) => at < 450), values.filter(({ at }) => at > 650)]) {
      const power = part.reduce((sum, { value }) => sum + value * value, 0) / part.length;
      expect(Math.sqrt(power)).toBeGreaterThan(0.25);
      expect(Math.sqrt(power)).toBeLessThan(0.45);
    }
    receiver.close();
  });

  it('leaves a gap where packets were lost', () => {
    const { receiver, chunks, meter, play } = audioReceiver();
    play(audioTrack(tone), { from: 0, to: 1000 }, (data, index) => (index === 20 || index === 21 ? null : data));
    const [before, after] = stretches(chunks);
    expect(stretches(chunks)).toHaveLength(2);
    expect(Math.abs(after![0] - before![1] - 40)).toBeLessThan(0.2);
    expect(meter.of('emostream_rtp_lost_total', 'audio')).toBe(2);
    receiver.close();
  });

  it('leaves a gap where nothing was sent, and does not move what follows', () => {
    const { receiver, chunks, play } = audioReceiver();
    const track = audioTrack(tone);
    play(track, { from: 0, to: 500 });
    // As with discontinuous transmission: the sequence goes on, the timestamps jump.
    const resumed = audioTrack(tone, { firstSequenceNumber: 65_530 + 24 });
    play(resumed, { from: 900, to: 1400 });
    const [before, after] = stretches(chunks);
    expect(stretches(chunks)).toHaveLength(2);
    expect(Math.abs(before![1] - (500 - 6.5))).toBeLessThan(25);
    expect(Math.abs(after![0] - (900 + 20 - 6.5))).toBeLessThan(25);
    receiver.close();
  });

  it('survives corrupt packets and goes on', () => {
    const random = seeded(3);
    const { receiver, chunks, meter, play } = audioReceiver();
    play(audioTrack(tone), { from: 0, to: 20_000 }, (data) => {
      const bad = Buffer.from(data);
      for (let i = 0; i < 6; i++) bad[12 + Math.floor(random() * (bad.length - 12))] = Math.floor(random() * 256);
      return bad;
    });
    expect(meter.of('emostream_errors_total', 'MEDIA_CORRUPT')).toBeGreaterThan(0);
    expect(chunks.every(({ samples }) => samples.every((value) => value >= -1 && value <= 1))).toBe(true);
    const before = chunks.length;
    play(audioTrack(tone, { ssrc: 5 }), { from: 20_000, to: 21_000 });
    expect(stretches(chunks.slice(before))).toHaveLength(1);
    receiver.close();
  });

  it('decodes little more than a second of sound a second, however much comes', () => {
    const { receiver, chunks, meter, packet, state } = audioReceiver();
    const payload = tone.audio!.packets[5]!;
    // Ten seconds of a thousand packets each.
    for (let i = 0; i < 10_000; i++) {
      state.now = EPOCH + i;
      packet(writeRtp({ payloadType: 111, marker: false, sequenceNumber: i, timestamp: 960 * i, ssrc: 2 }, payload));
    }
    const seconds = chunks.reduce((sum, { samples }) => sum + samples.length, 0) / 16_000;
    expect(seconds).toBeGreaterThan(10);
    expect(seconds).toBeLessThan(3 + 12.5 + 0.1);
    expect(meter.of('emostream_dropped_total', 'audio', 'sound-rate')).toBeGreaterThan(9000);
    receiver.close();
  });

  it('starts afresh with a new SSRC', () => {
    const { receiver, chunks, play } = audioReceiver();
    play(audioTrack(tone), { from: 0, to: 500 });
    play(audioTrack(tone, { ssrc: 8, timestampOffset: 7, firstSequenceNumber: 3 }), { from: 500, to: 1500 });
    const last = chunks.at(-1)!;
    expect(Math.abs(last.mediaTime + last.samples.length / 16 - EPOCH - (1500 - 6.5))).toBeLessThan(25);
    receiver.close();
  });
});
