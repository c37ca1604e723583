import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/common/clock.js';
import { CLIENT_CAPABILITIES, type Participant, type Room } from '../../src/sfu/index.js';
import { Recorder } from './support/recorder.js';
import { every, rtp, RtpSender, senderReport, Vp8Stream } from './support/rtp-sender.js';
import { type Sfu, startSfu } from './support/sfu-fixture.js';

const ALL = { face: true, voice: true, words: true };
const NONE = { face: false, voice: false, words: false };
/** 2026-01-01T00:00:00Z in NTP seconds, and that instant plus half a second in Unix milliseconds. */
const NTP_SECONDS = Date.UTC(2026, 0, 1) / 1000 + 2_208_988_800;
const UNIX_MS = Date.UTC(2026, 0, 1) + 500;

let sfu: Sfu;
let room: Room;
let participant: Participant;
let sender: RtpSender;
let rooms = 0;

beforeAll(async () => {
  sfu = await startSfu();
});
afterAll(() => sfu.pool.close());

beforeEach(async () => {
  room = await sfu.openRoom(`room-${++rooms}`);
  participant = room.join('alice', CLIENT_CAPABILITIES);
  sender = await RtpSender.create(room.router);
  return () => {
    sender.close();
    room.close('empty');
  };
});

const tracks = () => sfu.analyser.of('alice').tracks;
const opusPacket = (sequence: number) =>
  rtp({ payloadType: 111, sequence, timestamp: 960 * sequence, ssrc: 7001, payload: Buffer.from([0xfc, 0xff, 0xfe]) });

describe('consent', () => {
  test('no consumer and no packet without it', async () => {
    await participant.adopt(await sender.opus(7001), 'microphone');
    const stop = every(20, () => sender.send(opusPacket(1)));
    // The producer has received (it knows the stream), so a tap would have, too.
    const producer = [...participant.producers][0];
    expect(producer?.source).toBe('microphone');
    for (;;) {
      const dump = await sender.transport.dump();
      const stats = await sender.transport.getStats();
      expect(dump.consumerIds).toEqual([]);
      if ((stats[0]?.rtpBytesReceived ?? 0) > 0) break;
    }
    stop();
    const router = await room.router.dump();
    expect(Object.values(Object.fromEntries(router.mapProducerIdConsumerIds.map((m) => [m.key, m.values])))).toEqual([
      [],
    ]);
    expect(tracks()).toEqual([]);
  });

  test('given later it opens the tap, withdrawn it closes it before setConsent returns', async () => {
    await participant.adopt(await sender.opus(7001), 'microphone');
    const stop = every(20, () => sender.send(opusPacket(1)));
    await participant.setConsent({ ...NONE, voice: true });
    const track = await sfu.analyser.until(() => tracks().find((t) => t.packets.length > 0));
    expect(track.info).toMatchObject({ source: 'microphone', kind: 'audio', codec: 'opus', clockRate: 48_000 });
    expect(track.packets[0]?.data[1]).toBe(track.info.payloadType);
    expect(sfu.meter.value('emostream_taps', { modality: 'voice' })).toBe(1);

    const withdrawn = participant.setConsent(NONE);
    expect(track.closed).toBe(true);
    expect(sfu.meter.value('emostream_taps', { modality: 'voice' })).toBe(0);
    await withdrawn;
    stop();
    const dump = await room.router.dump();
    expect(dump.mapConsumerIdProducerId).toEqual([]);
  });

  test('withdrawn while the tap is opening leaves no consumer', async () => {
    await participant.adopt(await sender.opus(7001), 'microphone');
    const opening = participant.setConsent(ALL);
    await participant.setConsent(NONE);
    await opening;
    expect(tracks()).toEqual([]);
    expect((await room.router.dump()).mapConsumerIdProducerId).toEqual([]);
    await participant.setConsent(ALL);
    expect(tracks()).toHaveLength(1);
  });

  test('to the voice does not open the camera', async () => {
    await participant.setConsent({ ...NONE, voice: true });
    await participant.adopt(await sender.vp8(8001), 'camera');
    await participant.adopt(await sender.opus(7001), 'microphone');
    expect(tracks().map((track) => track.info.source)).toEqual(['microphone']);
  });

  test('a track that analysis sets aside loses its tap for good, and everybody is told', async () => {
    const told: unknown[] = [];
    participant.on('mediaProblem', (problem) => told.push(problem));
    await participant.setConsent(ALL);
    const first = await participant.adopt(await sender.vp8(8001), 'camera');
    tracks()[0]?.control.stop('picture-size');
    tracks()[0]?.control.stop('picture-size');
    expect(tracks().map((track) => track.closed)).toEqual([true]);
    expect(sfu.meter.value('emostream_set_asides_total', { reason: 'picture-size' })).toBe(1);
    expect(sfu.meter.value('emostream_taps', { modality: 'face' })).toBe(0);
    await participant.setConsent(NONE);
    await participant.setConsent(ALL);
    expect(tracks()).toHaveLength(1);
    // With another camera all is well again.
    participant.closeProducer(first.producerId);
    await participant.adopt(await sender.vp8(8002), 'camera');
    expect(tracks().map((track) => track.closed)).toEqual([true, false]);
    const problems = [
      { source: 'camera', problem: 'picture-size' },
      { source: 'camera', problem: null },
    ];
    expect(told).toEqual(problems);
    expect(sfu.analyser.of('alice').problems).toEqual(problems);
  });

  test('a face tap ends when its producer closes, and comes back with a new one', async () => {
    await participant.setConsent(ALL);
    const first = await participant.adopt(await sender.vp8(8001), 'camera');
    participant.closeProducer(first.producerId);
    expect(tracks().map((track) => track.closed)).toEqual([true]);
    await participant.adopt(await sender.vp8(8002), 'camera');
    expect(tracks().map((track) => track.closed)).toEqual([true, false]);
  });
});

describe('sender reports', () => {
  test('of a single stream arrive with the sender’s wall clock and the RTP timestamp', async () => {
    await participant.setConsent(ALL);
    await participant.adopt(await sender.opus(7001), 'microphone');
    sender.send(opusPacket(1));
    await sfu.analyser.until(() => tracks()[0]?.packets.length);
    const before = systemClock();
    sender.send(
      senderReport({ ssrc: 7001, ntpSeconds: NTP_SECONDS, ntpFraction: 0x8000_0000, rtpTimestamp: 0xffff_0000 }),
    );
    const report = await sfu.analyser.until(() => tracks()[0]?.reports[0]);
    expect(report.ssrc).toBe(7001);
    expect(report.ntpMs).toBeCloseTo(UNIX_MS, 3);
    expect(report.rtpTimestamp).toBe(0xffff_0000);
    expect(report.arrivalMs).toBeGreaterThanOrEqual(before);
  });

  test('of simulcast arrive for the tapped layer only, and packets keep its timestamps', async () => {
    await participant.setConsent(ALL);
    await participant.adopt(await sender.vp8(8001, 8002), 'camera');
    const low = new Vp8Stream(sender, 8001, 1_000_000);
    const high = new Vp8Stream(sender, 8002, 3_000_000_000);
    const sent = new Set<number>();
    const stop = every(40, () => {
      for (const stream of [low, high]) {
        stream.next(true);
        stream.report(NTP_SECONDS);
      }
      sent.add(low.timestamp);
    });
    const track = await sfu.analyser.until(() => tracks().find((t) => t.packets.length > 5 && t.reports.length > 5));
    stop();
    expect(track.info).toMatchObject({ source: 'camera', kind: 'video', codec: 'VP8', clockRate: 90_000 });
    expect(new Set(track.reports.map((report) => report.ssrc))).toEqual(new Set([8001]));
    for (const packet of track.packets) expect(sent).toContain(Buffer.from(packet.data).readUInt32BE(4));
  });

  test('after the lowest layer dies, another track follows on the next layer’s own clock', async () => {
    await participant.setConsent(ALL);
    await participant.adopt(await sender.vp8(8001, 8002), 'camera');
    const low = new Vp8Stream(sender, 8001, 1_000_000);
    const high = new Vp8Stream(sender, 8002, 3_000_000_000);
    let lowAlive = true;
    const sentHigh = new Set<number>();
    const stop = every(40, () => {
      if (lowAlive) low.next(true);
      if (lowAlive) low.report(NTP_SECONDS);
      high.next(true);
      high.report(NTP_SECONDS);
      sentHigh.add(high.timestamp);
    });
    await sfu.analyser.until(() => tracks()[0]?.reports.length);
    lowAlive = false;
    const second = await sfu.analyser.until(() => {
      const track = tracks()[1];
      return track && track.packets.length > 3 && track.reports.length > 0 ? track : undefined;
    });
    stop();
    expect(tracks()[0]?.closed).toBe(true);
    expect(new Set(second.reports.map((report) => report.ssrc))).toEqual(new Set([8002]));
    for (const packet of second.packets) expect(sentHigh).toContain(Buffer.from(packet.data).readUInt32BE(4));
  });
});

describe('the track', () => {
  test('takes the lowest temporal layer only', async () => {
    await participant.setConsent(ALL);
    await participant.adopt(await sender.vp8(8001, 8002), 'camera');
    const low = new Vp8Stream(sender, 8001, 0);
    const upper = new Set<number>();
    let frames = 0;
    const stop = every(20, () => {
      const temporalLayer = frames++ % 2;
      low.next(frames === 1 || frames % 50 === 0, temporalLayer);
      if (temporalLayer === 1) upper.add(low.timestamp);
    });
    const track = await sfu.analyser.until(() => tracks().find((t) => t.packets.length > 10));
    stop();
    expect(upper.size).toBeGreaterThan(5);
    for (const packet of track.packets) expect(upper).not.toContain(Buffer.from(packet.data).readUInt32BE(4));
  });

  test('is told of pause and resume, also when it begins paused', async () => {
    const producer = await sender.opus(7001);
    const { producerId } = await participant.adopt(producer, 'microphone');
    await participant.pauseProducer(producerId);
    await participant.setConsent(ALL);
    expect(tracks()[0]?.paused).toBe(true);
    await participant.resumeProducer(producerId);
    await sfu.analyser.until(() => tracks()[0]?.paused === false);
    await participant.pauseProducer(producerId);
    await sfu.analyser.until(() => tracks()[0]?.paused === true);
  });

  test('whose destination is gone sends nothing, and stays; another destination gets a new consumer', async () => {
    await participant.setConsent(ALL);
    await participant.adopt(await sender.opus(7001), 'microphone');
    let sequence = 0;
    const stop = every(10, () => sender.send(opusPacket(++sequence)));
    await sfu.analyser.until(() => tracks()[0] && tracks()[0]!.packets.length > 5);
    sfu.analyser.gone();
    // The worker does one thing after another; what it sent before has come then.
    await room.router.dump();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const got = tracks()[0]!.packets.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(tracks()[0]!.packets.length).toBe(got);
    expect(tracks()[0]!.closed).toBe(false);
    sfu.analyser.back();
    const again = await sfu.analyser.until(() => (tracks()[1]?.packets.length ? tracks()[1] : undefined));
    stop();
    expect(again.closed).toBe(false);
    expect(tracks()[0]!.closed).toBe(true);
  });

  test('gets the key frame it asks for, through a PLI to the sender', async () => {
    await participant.setConsent(ALL);
    await participant.adopt(await sender.vp8(8001), 'camera');
    const stream = new Vp8Stream(sender, 8001, 0);
    const plis = new Recorder();
    let pliCount = 0;
    sender.onRtcp((packet) => {
      // Payload-specific feedback, format 1 (RFC 4585 §6.3.1); RTCP may be compound.
      for (let at = 0; at + 4 <= packet.length; at += 4 * (packet.readUInt16BE(at + 2) + 1)) {
        if (packet[at + 1] === 206 && ((packet[at] ?? 0) & 0x1f) === 1) pliCount += 1;
      }
      plis.changed();
    });
    const stop = every(40, () => stream.next(true));
    const track = await sfu.analyser.until(() => tracks().find((t) => t.packets.length > 0));
    stop();
    // Those that mediasoup sent of its own accord when the consumer began.
    const before = pliCount;
    const countedBefore = sfu.meter.value('emostream_key_frame_requests_total');
    track.control.requestKeyFrame();
    await plis.until(() => pliCount > before);
    expect(sfu.meter.value('emostream_key_frame_requests_total')).toBe(countedBefore + 1);
  });
});
