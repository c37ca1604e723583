import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from './support/test-server.js';

let subject: TestServer;
beforeAll(async () => {
  subject = await startServer();
});
afterAll(() => subject.close());

let rooms = 0;
async function call() {
  const room = `media-${++rooms}`;
  const alice = await subject.connect({ room });
  const { participant: id } = await alice.join('Alice');
  const participant = subject.server.rooms.open.get(room)!.room.participants.get(id)!;
  return { room, alice, id, participant };
}

test('the call, sender and others alike, is told what does not get through, also who comes later; and when it does', async () => {
  const { room, alice, id, participant } = await call();
  const bob = await subject.connect({ room });
  await bob.join('Bob');
  participant.tellProblem('camera', 'not-connected', 'path');
  const told = { type: 'mediaProblem', participant: id, source: 'camera', problem: 'not-connected' };
  expect(await alice.next('mediaProblem')).toEqual(told);
  expect(await bob.next('mediaProblem')).toEqual(told);
  expect(subject.meter.value('emostream_media_blocked', { reason: 'not-connected' })).toBe(1);

  const carol = await subject.connect({ room });
  await carol.join('Carol');
  expect(await carol.next('mediaProblem')).toEqual(told);

  participant.tellProblem('camera', null, 'path');
  expect(await carol.next('mediaProblem', 1)).toEqual({ ...told, problem: null });
  expect(subject.meter.value('emostream_media_blocked', { reason: 'not-connected' })).toBe(0);
});

test('who leaves is blocked no more', async () => {
  const { alice, participant } = await call();
  participant.tellProblem('microphone', 'bitrate');
  await alice.next('mediaProblem');
  expect(subject.meter.value('emostream_media_blocked', { reason: 'bitrate' })).toBe(1);
  await alice.request('leave', {});
  expect(subject.meter.value('emostream_media_blocked', { reason: 'bitrate' })).toBe(0);
});

test('a sender whose media find no way is told so, and so is everybody', async () => {
  const { room, alice, id } = await call();
  const bob = await subject.connect({ room });
  await bob.join('Bob');
  const { transportId } = await alice.request('createTransport', { direction: 'send' });
  const opus = { mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 };
  const rtpParameters = { codecs: [opus], encodings: [{ ssrc: 4711 }] };
  const { producerId } = await alice.request('produce', {
    transportId,
    source: 'microphone',
    kind: 'audio',
    rtpParameters,
  });
  const told = { type: 'mediaProblem', participant: id, source: 'microphone', problem: 'not-connected' };
  expect(await alice.next('mediaProblem')).toEqual(told);
  expect(await bob.next('mediaProblem')).toEqual(told);
  await alice.request('closeProducer', { producerId });
  expect(await bob.next('mediaProblem', 1)).toEqual({ ...told, problem: null });
});
