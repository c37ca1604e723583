import { afterEach, describe, expect, test } from 'vitest';
import { RateJudge } from '../../src/sfu/rate-judge.js';
import { IceClient } from './support/ice-client.js';
import { every, rtp, RtpSender, senderReport, vp8Payload } from './support/rtp-sender.js';
import { type Sfu, startSfu } from './support/sfu-fixture.js';

describe('the judge', () => {
  /** Looks every two seconds at so many times the limit. */
  const judge = (...excess: number[]) => {
    const subject = new RateJudge(100, 0);
    return excess.map((times, index) => subject.look(times * 200, (index + 1) * 2000));
  };
  test.each<[string, number[], boolean[]]>([
    ['at the limit, for ever', [1, 1, 1, 1, 1], [false, false, false, false, false]],
    ['a burst', [3, 1, 3, 1], [false, false, false, false]],
    ['half as much again is borne', [1.5, 1.5, 1.5, 1.5], [false, false, false, false]],
    ['more than that for three looks', [1.6, 1.6, 1.6, 0], [false, false, true, false]],
    ['a flood, at once', [4.5], [true]],
  ])('%s', (_name, excess, stopped) => {
    expect(judge(...excess)).toEqual(stopped);
  });

  test('a look right after another (a busy machine) makes no flood of what came meanwhile', () => {
    const subject = new RateJudge(100, 0);
    expect(subject.look(200, 2000)).toBe(false);
    expect(subject.look(200, 2010)).toBe(false);
  });
});

describe('a sender in a room', () => {
  let sfu: Sfu | undefined;
  let stop: () => void = () => undefined;
  afterEach(async () => {
    stop();
    await sfu?.pool.close();
  });

  const NONE = { face: false, voice: false, words: false };
  const VOICE = { ...NONE, voice: true };

  async function seat(consent = NONE) {
    sfu = await startSfu();
    const room = await sfu.openRoom('room');
    const participant = room.join('alice', {});
    await participant.setConsent(consent);
    const sender = await RtpSender.create(room.router);
    const problems: unknown[] = [];
    participant.on('mediaProblem', (problem) => {
      problems.push(problem);
      sfu?.meter.changed();
    });
    return { sfu, room, participant, sender, problems };
  }

  test.each([
    ['of packets, nobody analysing', 100, 10, 'packet-rate'],
    // A thousand packets a second at most, which are allowed, and six times the bits.
    ['of bits, in few packets', 2, 1100, 'bitrate'],
  ])(
    'a flood %s: the producer is closed, and the reason is told and counted',
    async (_name, perTick, bytes, problem) => {
      const { sfu, participant, sender, problems } = await seat();
      const producer = await sender.vp8(1111);
      await participant.adopt(producer, 'camera');
      let sequence = 0;
      const payload = Buffer.concat([vp8Payload({ keyFrame: true, pictureId: 1 }), Buffer.alloc(bytes)]);
      stop = every(2, () => {
        for (let n = 0; n < perTick; n++) {
          sequence += 1;
          sender.send(rtp({ payloadType: 96, sequence, timestamp: sequence * 3000, ssrc: 1111, payload }));
        }
      });
      await sfu.meter.until(() => problems.length > 0);
      expect(problems).toEqual([{ source: 'camera', problem }]);
      expect(producer.closed).toBe(true);
      expect(sfu.meter.value('emostream_set_asides_total', { reason: problem })).toBe(1);
      expect(participant.closed).toBe(false);
    },
  );

  test('a flood over the transport that was made for receiving: it is closed, and who goes on is put out', async () => {
    const { sfu, participant } = await seat();
    const reasons: unknown[] = [];
    participant.on('closed', (reason) => {
      reasons.push(reason);
      sfu.meter.changed();
    });
    const send = await participant.createTransport('send');
    for (let tries = 1; tries <= 4; tries++) {
      const recv = await participant.createTransport('recv');
      const client = await IceClient.connect(recv);
      recv.observer.once('close', () => sfu.meter.changed());
      const packet = rtp({ payloadType: 111, sequence: 1, timestamp: 1, ssrc: 1, payload: Buffer.alloc(1000) });
      stop = every(2, () => {
        for (let n = 0; n < 10; n++) client.send(packet);
      });
      await sfu.meter.until(() => recv.closed);
      stop();
      client.close();
      expect(sfu.meter.value('emostream_set_asides_total', { reason: 'bitrate' })).toBe(tries);
      expect(send.closed).toBe(tries === 4);
    }
    expect(reasons).toEqual(['removed']);
  });

  test('an ordinary sender is left alone', async () => {
    const { participant, sender, problems } = await seat();
    const producer = await sender.opus(2222);
    await participant.adopt(producer, 'microphone');
    let sequence = 0;
    stop = every(20, () => {
      sequence += 1;
      sender.send(
        rtp({ payloadType: 111, sequence, timestamp: sequence * 960, ssrc: 2222, payload: Buffer.alloc(80) }),
      );
    });
    // Long enough for three looks.
    await new Promise((resolve) => setTimeout(resolve, 7000));
    expect(problems).toEqual([]);
    expect(producer.closed).toBe(false);
  });

  test('a flood into the analysis is dropped at its door and ended there, not waited for', async () => {
    const { sfu, participant, sender, problems } = await seat(VOICE);
    const producer = await sender.opus(3333);
    await participant.adopt(producer, 'microphone');
    let sequence = 0;
    stop = every(1, () => {
      for (let n = 0; n < 10; n++) {
        sequence += 1;
        sender.send(
          rtp({ payloadType: 111, sequence, timestamp: sequence * 960, ssrc: 3333, payload: Buffer.alloc(10) }),
        );
      }
    });
    await sfu.meter.until(() => problems.length > 0);
    expect(problems).toEqual([{ source: 'microphone', problem: 'packet-rate' }]);
    expect(producer.closed).toBe(true);
    // A second's worth at once, and what a second or less earns on a busy machine; the flood was ten a millisecond.
    expect(sfu.analyser.of('alice').tracks[0]?.packets.length).toBeLessThan(2000);
    expect(sfu.meter.value('emostream_dropped_total', { stage: 'analysis', reason: 'packet-rate' })).toBeGreaterThan(0);
    expect(sfu.meter.value('emostream_refused_total', { what: 'packet' })).toBeGreaterThan(0);
  });

  test('so is a flood of sender reports, of which a few are handed on', async () => {
    const { sfu, participant, sender, problems } = await seat(VOICE);
    const producer = await sender.opus(4444);
    await participant.adopt(producer, 'microphone');
    const send = (sequence: number) =>
      sender.send(rtp({ payloadType: 111, sequence, timestamp: sequence, ssrc: 4444, payload: Buffer.alloc(10) }));
    send(1);
    await sfu.analyser.until(() => sfu.analyser.of('alice').tracks[0]?.packets.length === 1);
    let sequence = 1;
    const report = () => senderReport({ ssrc: 4444, ntpSeconds: 1, ntpFraction: 0, rtpTimestamp: sequence });
    stop = every(4, () => {
      sequence += 1;
      if (sequence % 5 === 0) send(sequence / 5 + 1);
      sender.send(Buffer.concat(Array.from({ length: 40 }, report)));
    });
    await sfu.meter.until(() => problems.length > 0);
    expect(problems).toEqual([{ source: 'microphone', problem: 'packet-rate' }]);
    expect(producer.closed).toBe(true);
    // Fifty at once, and what a few seconds earn on a busy machine; the flood was ten a millisecond.
    expect(sfu.analyser.of('alice').tracks[0]?.reports.length).toBeLessThan(200);
    expect(sfu.meter.value('emostream_dropped_total', { stage: 'sfu', reason: 'report-rate' })).toBeGreaterThan(0);
  });

  test('who floods again and again is put out of the room', async () => {
    const { sfu, participant, sender, problems } = await seat(VOICE);
    const reasons: unknown[] = [];
    participant.on('closed', (reason) => {
      reasons.push(reason);
      sfu.meter.changed();
    });
    for (let ssrc = 1; reasons.length === 0; ssrc++) {
      expect(ssrc).toBeLessThan(10);
      const producer = await sender.opus(ssrc);
      await participant.adopt(producer, 'microphone');
      let sequence = 0;
      stop = every(1, () => {
        for (let n = 0; n < 10; n++) {
          sequence += 1;
          sender.send(rtp({ payloadType: 111, sequence, timestamp: sequence, ssrc, payload: Buffer.alloc(10) }));
        }
      });
      await sfu.meter.until(() => producer.closed);
      stop();
    }
    expect(reasons).toEqual(['removed']);
    expect(problems).toContainEqual({ source: 'microphone', problem: 'packet-rate' });
  });
});
