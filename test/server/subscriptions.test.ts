import { afterEach, expect, test } from 'vitest';
import type { UnsequencedEvent } from '../../src/events/bus.js';
import { emotionEvent } from './support/emotion-event.js';
import { ALL, gapEvent, startServer, type TestServer } from './support/test-server.js';

let subject: TestServer | undefined;
afterEach(() => subject?.close());

const begin = (participant: string, room = 'room'): UnsequencedEvent => {
  return { type: 'begin', room, participant, at: 0, analysed: { face: true, voice: false, words: false } };
};
const by = (participant: string, second: number): UnsequencedEvent => ({ ...emotionEvent(second), participant });

test('a subscription is narrowed to people, types and every n-th second, in the past and live', async () => {
  subject = await startServer();
  const { bus } = subject;
  const publish = (from: number) => {
    for (let second = from; second < from + 6; second++) {
      bus.publish(by('alice', second));
      bus.publish(by('bob', second));
    }
    bus.publish(gapEvent('room', 'alice'));
    bus.publish(begin('alice'));
  };
  publish(0);
  const wishes = [{ participants: ['bob'] }, { types: ['gap', 'begin'] as ('gap' | 'begin')[] }, { every: 3 }] as const;
  const clients = await Promise.all(wishes.map(() => subject!.connect()));
  for (const [index, client] of clients.entries()) {
    await client.request('subscribe', { sinceSeq: 0, ...(wishes[index] as object) });
  }
  publish(6);
  const [people, types, seconds] = clients;
  await people!.next('emotion', 11);
  expect(people!.messages.flatMap((m) => ('participant' in m ? [m.participant] : []))).toEqual(Array(12).fill('bob'));
  await types!.next('begin', 1);
  expect(types!.messages.slice(1).map(({ type }) => type)).toEqual(['gap', 'begin', 'gap', 'begin']);
  await seconds!.next('emotion', 7);
  expect(seconds!.of('emotion').map(({ window }) => window.start / 1000)).toEqual([0, 0, 3, 3, 6, 6, 9, 9]);
  await seconds!.next('begin', 1);
  expect(clients.flatMap((client) => client.of('missed'))).toEqual([]);
});

test('a wish that the server does not know is refused, so that nobody takes it for granted', async () => {
  subject = await startServer();
  const client = await subject.connect();
  expect(await client.refused('subscribe', { quietly: true })).toMatchObject({ code: 'BAD_MESSAGE' });
});

test('a socket listens to several rooms, ends each by itself, and no more than it may', async () => {
  subject = await startServer();
  const client = await subject.connect({ room: '*' });
  for (const room of ['a', 'b']) await client.request('subscribe', { room });
  for (const room of ['a', 'b', 'c']) subject.bus.publish(gapEvent(room));
  await client.next('gap', 1);
  await client.request('unsubscribe', { room: 'a' });
  for (const room of ['a', 'b', 'c']) subject.bus.publish(gapEvent(room));
  await client.next('gap', 2);
  expect(client.of('gap').map(({ room, seq }) => [room, seq])).toEqual([
    ['a', 1],
    ['b', 1],
    ['b', 2],
  ]);
  // A second one of the same room takes the place of the first.
  await client.request('subscribe', { room: 'b', sinceSeq: 0 });
  await client.next('gap', 4);
  for (let index = 0; index < 31; index++) await client.request('subscribe', { room: `room-${index}` });
  expect(await client.refused('subscribe', { room: 'one-more' })).toMatchObject({ code: 'LIMIT_REACHED' });
  await client.request('unsubscribe', {});
  subject.bus.publish(gapEvent('b'));
  await client.request('subscribe', { room: 'one-more' });
  expect(client.of('gap')).toHaveLength(5);
});

test('names are told to those who may see them, in begin and roster, and of nobody who has left', async () => {
  subject = await startServer();
  const alice = await subject.connect({}, { subject: 'a' });
  await alice.join('Alice', ALL);
  const [knowing, other] = [
    await subject.connect({ publish: false, names: true }),
    await subject.connect({ publish: false }),
  ];
  expect(await knowing.request('roster', {})).toEqual({
    room: 'room',
    participants: [{ participant: 'a', name: 'Alice', consent: ALL }],
  });
  expect((await other.request('roster', {})).participants).toMatchObject([{ participant: 'a', name: null }]);
  for (const client of [knowing, other]) await client.request('subscribe', {});
  subject.bus.publish(begin('a'));
  expect(await knowing.next('begin')).toMatchObject({ participant: 'a', name: 'Alice' });
  expect(await other.next('begin')).not.toHaveProperty('name');
  await alice.request('leave', {});
  expect((await knowing.request('roster', {})).participants).toEqual([]);
  subject.bus.publish(begin('a'));
  expect(await knowing.next('begin', 1)).not.toHaveProperty('name');
  const stranger = await subject.connect({ subscribe: false });
  expect(await stranger.refused('roster')).toMatchObject({ code: 'FORBIDDEN' });
});

test('a beat comes at the opening and in silence, and says how far everything wanted was sent', async () => {
  subject = await startServer({ heartbeat: 200 });
  const client = await subject.connect({ publish: false });
  await client.until(() => client.beats[0]);
  expect(client.beats[0]).toMatchObject({ everyMs: 200, rooms: [] });
  const { epoch } = await client.request('subscribe', { participants: ['nobody'] });
  for (let index = 0; index < 3; index++) subject.bus.publish(gapEvent());
  await client.until(() => client.beats.some(({ rooms }) => rooms.length > 0));
  expect(client.beats.at(-1)?.rooms).toEqual([{ room: 'room', epoch, seq: 3 }]);
  expect(client.of('gap')).toEqual([]);
});
