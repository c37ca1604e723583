import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/common/clock.js';
import { CLIENT_CAPABILITIES } from '../../src/sfu/index.js';
import { RtpSender, rtp, every } from '../sfu/support/rtp-sender.js';
import type { TestClient } from './support/test-client.js';
import { ALL, NONE, startServer, type TestServer } from './support/test-server.js';

let subject: TestServer;
let clients: TestClient[] = [];
beforeAll(async () => {
  subject = await startServer();
});
afterAll(() => subject.close());
afterEach(async () => {
  for (const client of clients) client.socket.close();
  await Promise.all(clients.map((client) => client.ended()));
  clients = [];
  await subject.meter.until(() => subject.server.rooms.open.size === 0);
});

const connect = async (...args: Parameters<TestServer['connect']>) => {
  const client = await subject.connect(...args);
  clients.push(client);
  return client;
};

const opus = { mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 };
const microphone = (ssrc: number) => ({
  source: 'microphone' as const,
  kind: 'audio' as const,
  rtpParameters: { codecs: [opus], encodings: [{ ssrc }] },
});

/** The mediasoup room behind the signalling, for RTP of our own. */
function mediaRoom(id = 'room') {
  const room = subject.server.rooms.open.get(id)?.room;
  if (!room) throw new Error('the room is not open');
  return room;
}

describe('a call of two', () => {
  test('each learns of the other, sends, receives and leaves', async () => {
    const alice = await connect();
    const { rtpCapabilities } = await alice.request('getRouterCapabilities', {});
    expect(rtpCapabilities).toEqual(CLIENT_CAPABILITIES);
    const seat = await alice.join('Alice', { ...NONE, words: true });
    expect(seat).toMatchObject({ room: 'room', peers: [], policy: ALL, consent: { ...NONE, words: true } });
    const send = await alice.request('createTransport', { direction: 'send' });
    expect(send.iceCandidates.length).toBeGreaterThan(0);
    const { producerId } = await alice.request('produce', { transportId: send.transportId, ...microphone(7001) });

    const bob = await connect();
    const bobSeat = await bob.join('Bob');
    expect(bobSeat.peers).toEqual([
      {
        participant: seat.participant,
        name: 'Alice',
        consent: { ...NONE, words: true },
        showWords: false,
        producers: [{ producerId, source: 'microphone', kind: 'audio', paused: false }],
      },
    ]);
    expect(await alice.next('peerJoined')).toEqual({
      type: 'peerJoined',
      peer: { participant: bobSeat.participant, name: 'Bob', consent: NONE, showWords: false, producers: [] },
    });

    const receive = await bob.request('createTransport', { direction: 'recv' });
    const consumer = await bob.request('consume', { transportId: receive.transportId, producerId });
    expect(consumer).toMatchObject({
      producerId,
      participant: seat.participant,
      source: 'microphone',
      kind: 'audio',
      producerPaused: false,
    });
    await bob.request('resumeConsumer', { consumerId: consumer.consumerId });
    const once = { transportId: receive.transportId, producerId };
    const refusals = await Promise.all(Array.from({ length: 100 }, () => bob.refused('consume', once)));
    expect(new Set(refusals.map(({ code }) => code))).toEqual(new Set(['WRONG_STATE']));

    await alice.request('pauseProducer', { producerId });
    expect(await bob.next('producerPaused')).toMatchObject({ participant: seat.participant, producerId });
    await alice.request('resumeProducer', { producerId });
    await bob.next('producerResumed');
    const ice = await alice.request('restartIce', { transportId: send.transportId });
    expect(ice.iceParameters).not.toEqual(send.iceParameters);
    await alice.request('closeProducer', { producerId });
    expect(await bob.next('consumerClosed')).toMatchObject({ consumerId: consumer.consumerId, producerId });
    await bob.next('producerRemoved');

    await alice.request('leave', {});
    expect(await bob.next('peerLeft')).toMatchObject({ participant: seat.participant, reason: 'left' });
    // The socket stays: she may come back.
    const again = await alice.join('Alice');
    expect(again.peers.map((peer) => peer.name)).toEqual(['Bob']);
  });

  test('a camera announced to those who were there first', async () => {
    const alice = await connect();
    await alice.join('Alice');
    const bob = await connect();
    const { participant } = await bob.join('Bob');
    const send = await bob.request('createTransport', { direction: 'send' });
    const { producerId } = await bob.request('produce', { transportId: send.transportId, ...microphone(7002) });
    expect(await alice.next('producerAdded')).toEqual({
      type: 'producerAdded',
      participant,
      producer: { producerId, source: 'microphone', kind: 'audio', paused: false },
    });
  });

  test('rooms do not hear of each other', async () => {
    const alice = await connect({ room: 'one' });
    await alice.join('Alice');
    const bob = await connect({ room: 'two' });
    expect((await bob.join('Bob')).peers).toEqual([]);
    await bob.request('leave', {});
    // An answer that comes after whatever would have come before it.
    await alice.request('getRouterCapabilities', {});
    expect(alice.messages.map((message) => message.type)).toEqual(['response', 'response']);
  });
});

describe('grants', () => {
  test('without publish there is no joining', async () => {
    const client = await connect({ publish: false });
    const join = { name: 'Eve', consent: NONE, rtpCapabilities: {} };
    expect(await client.refused('join', join)).toMatchObject({ code: 'FORBIDDEN' });
    await client.request('subscribe', {});
  });

  test('without subscribe there are no events', async () => {
    const client = await connect({ subscribe: false });
    expect(await client.refused('subscribe')).toMatchObject({ code: 'FORBIDDEN' });
    await client.join();
  });

  test('another room than the token’s is refused', async () => {
    const client = await connect({ room: 'room' });
    expect(await client.refused('subscribe', { room: 'other' })).toMatchObject({ code: 'WRONG_ROOM' });
    const join = { room: 'other', name: 'Eve', consent: NONE, rtpCapabilities: {} };
    expect(await client.refused('join', join)).toMatchObject({ code: 'WRONG_ROOM' });
  });

  test('a token for every room names the one it means', async () => {
    const client = await connect({ room: '*' });
    expect(await client.refused('subscribe')).toMatchObject({
      code: 'BAD_MESSAGE',
      message: expect.stringContaining('room') as string,
    });
    expect(await client.request('subscribe', { room: 'any' })).toMatchObject({ room: 'any', lastSeq: 0 });
  });
});

describe('order of requests', () => {
  test.each([
    ['createTransport', { direction: 'send' }],
    ['produce', { transportId: 'x', ...microphone(1) }],
    ['consume', { transportId: 'x', producerId: 'y' }],
    ['setConsent', { consent: ALL }],
    ['caption', { text: 'hello', startMs: 0, endMs: 1, sentMs: 2 }],
  ])('%s before join', async (type, data) => {
    const client = await connect();
    expect(await client.refused(type, data)).toMatchObject({ code: 'WRONG_STATE' });
  });

  test('joining twice', async () => {
    const client = await connect();
    await client.join();
    const join = { name: 'Alice', consent: NONE, rtpCapabilities: { ...CLIENT_CAPABILITIES } };
    expect(await client.refused('join', join)).toMatchObject({ code: 'WRONG_STATE' });
  });

  test('requests sent in one go are answered in order', async () => {
    const client = await connect();
    const join = { name: 'Alice', consent: NONE, rtpCapabilities: { ...CLIENT_CAPABILITIES } };
    const answers = await Promise.all([
      client.ask('join', join),
      client.ask('createTransport', { direction: 'send' }),
      client.ask('leave'),
      client.ask('createTransport', { direction: 'send' }),
    ]);
    expect(answers.map((answer) => answer.ok)).toEqual([true, true, true, false]);
    expect(client.of('response').map((answer) => answer.id)).toEqual([1, 2, 3, 4]);
  });
});

describe('consent', () => {
  test('opens and closes taps of real RTP, is told to the others and to the analyser', async () => {
    const [alice, bob] = [await connect(), await connect()];
    const { participant } = await alice.join('Alice');
    await bob.join('Bob');
    const room = mediaRoom();
    const sender = await RtpSender.create(room.router);
    await room.participants.get(participant)?.adopt(await sender.opus(7001), 'microphone');
    let sequence = 0;
    const stop = every(20, () => {
      sequence += 1;
      const payload = Buffer.from([0xfc, 0xff, 0xfe]);
      sender.send(rtp({ payloadType: 111, sequence, timestamp: 960 * sequence, ssrc: 7001, payload }));
    });
    const recorded = subject.analyser.of(participant);
    expect(recorded.tracks).toEqual([]);

    expect(await alice.request('setConsent', { consent: { ...NONE, voice: true } })).toEqual({
      consent: { ...NONE, voice: true },
      showWords: false,
    });
    expect(await bob.next('consentChanged')).toEqual({
      type: 'consentChanged',
      participant,
      consent: { ...NONE, voice: true },
      showWords: false,
    });
    const track = await subject.analyser.until(() => recorded.tracks.find((t) => t.packets.length > 2));
    expect(recorded.consents.at(-1)).toEqual({ ...NONE, voice: true });

    await alice.request('setConsent', { consent: NONE });
    expect(track.closed).toBe(true);
    expect(recorded.consents.at(-1)).toEqual(NONE);
    expect((await bob.next('consentChanged', 1)).consent).toEqual(NONE);
    stop();
    sender.close();
  });

  test('of the join is in force from the first producer on', async () => {
    const alice = await connect();
    const { participant } = await alice.join('Alice', { ...NONE, voice: true });
    const send = await alice.request('createTransport', { direction: 'send' });
    await alice.request('produce', { transportId: send.transportId, ...microphone(7003) });
    expect(subject.analyser.of(participant).tracks.map((track) => track.info.source)).toEqual(['microphone']);
  });
});

describe('captions', () => {
  const caption = (sentMs: number) => ({ text: ' hello there ', startMs: sentMs - 900, endMs: sentMs - 100, sentMs });

  test('reach the analyser on the server’s clock, whatever the client’s clock says', async () => {
    const alice = await connect();
    const { participant } = await alice.join('Alice', { ...NONE, words: true });
    const before = systemClock();
    await alice.request('caption', caption(5_000_000));
    const after = systemClock();
    const [words] = subject.analyser.of(participant).captions;
    expect(words?.text).toBe('hello there');
    expect(words?.arrivalMs).toBeGreaterThanOrEqual(before);
    expect(words?.arrivalMs).toBeLessThanOrEqual(after);
    expect((words?.arrivalMs ?? 0) - (words?.startMs ?? 0)).toBeCloseTo(900, 6);
    expect((words?.arrivalMs ?? 0) - (words?.endMs ?? 0)).toBeCloseTo(100, 6);
  });

  test('need consent to words', async () => {
    const alice = await connect();
    const { participant } = await alice.join('Alice', { ...ALL, words: false });
    expect(await alice.refused('caption', caption(1000))).toMatchObject({ code: 'CONSENT_REQUIRED' });
    await alice.request('setConsent', { consent: ALL });
    await alice.request('caption', caption(1000));
    await alice.request('setConsent', { consent: NONE });
    expect(await alice.refused('caption', caption(1000))).toMatchObject({ code: 'CONSENT_REQUIRED' });
    expect(subject.analyser.of(participant).captions).toHaveLength(1);
  });

  test('with impossible times are refused by field', async () => {
    const alice = await connect();
    await alice.join('Alice', ALL);
    const bad = { text: 'x', startMs: 10, endMs: 5, sentMs: 20 };
    expect(await alice.refused('caption', bad)).toMatchObject({
      code: 'BAD_MESSAGE',
      message: expect.stringContaining('startMs') as string,
    });
  });
});

describe('limits', () => {
  test('a full room', async () => {
    const small = await startServer({ maxParticipantsPerRoom: 1, maxRooms: 1 });
    const [alice, bob, carol] = [await small.connect(), await small.connect(), await small.connect({ room: 'other' })];
    await alice.join();
    const join = { name: 'Bob', consent: NONE, rtpCapabilities: { ...CLIENT_CAPABILITIES } };
    expect(await bob.refused('join', join)).toMatchObject({ code: 'LIMIT_REACHED' });
    expect(await carol.refused('join', join)).toMatchObject({ code: 'LIMIT_REACHED' });
    await alice.request('leave', {});
    await carol.join();
    await small.close();
  });
});

describe('the policy', () => {
  test('caps consent and forbids captions', async () => {
    const strict = await startServer({ allowFace: false, allowWords: false });
    const alice = await strict.connect();
    const seat = await alice.join('Alice', ALL);
    expect(seat).toMatchObject({ policy: { ...NONE, voice: true }, consent: { ...NONE, voice: true } });
    expect(await alice.request('setConsent', { consent: ALL })).toEqual({
      consent: { ...NONE, voice: true },
      showWords: false,
    });
    expect(strict.analyser.of(seat.participant).consents.at(-1)).toEqual({ ...NONE, voice: true });
    const caption = { text: 'x', startMs: 0, endMs: 1, sentMs: 2 };
    expect(await alice.refused('caption', caption)).toMatchObject({ code: 'POLICY_FORBIDS' });
    await strict.close();
  });
});
