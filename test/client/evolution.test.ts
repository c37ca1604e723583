import { afterEach, beforeEach, expect, it } from 'vitest';
import { ClientError, EmotionFeed, EmostreamClient, type Missed, type RoomEvent } from '../../client/lib/index.js';
import { nodeSocket } from '../../client/lib/node.js';
import { emotionEvent, ScriptedServer, seqs, until } from './support/scripted-server.js';

// What docs/protocol.md promises: a client of today reads a later server of the same version.

const NONE = { face: false, voice: false, words: false };

let server: ScriptedServer;
let feed: EmotionFeed;
let events: RoomEvent[];
let trouble: (Missed | ClientError)[];

beforeEach(async () => {
  server = await ScriptedServer.start();
  feed = listen();
});
afterEach(async () => {
  feed.close();
  await server.close();
});

function listen(narrowed: { types?: 'gap'[] } = {}): EmotionFeed {
  const made = new EmotionFeed({ server: server.url, token: 'a.b.c', socket: nodeSocket, ...narrowed });
  events = [];
  trouble = [];
  made.on('event', (event) => events.push(event));
  made.on('missed', (missed) => trouble.push(missed));
  made.on('invalid', (error) => trouble.push(error));
  return made;
}

it('fields that are not known are ignored, wherever they are', async () => {
  await feed.start();
  const event = emotionEvent(1);
  server.send({
    ...event,
    mood: 'sunny',
    face: { ...event.face, gaze: [0, 1] },
    latency: { ...event.latency, gpu: 1 },
  });
  await until(() => events.length === 1);
  expect(events).toEqual([event]);
  expect(trouble).toEqual([]);
});

it('values that an open enumeration did not have are handed on as they are', async () => {
  await feed.start();
  const who = { room: 'room-1', participant: 'p1', epoch: 'e1', at: 0 };
  server.send({ type: 'end', ...who, seq: 1, reason: 'abducted' });
  server.send({ type: 'media', ...who, seq: 2, source: 'camera', problem: 'covered' });
  await until(() => events.length === 2);
  expect(events).toMatchObject([{ reason: 'abducted' }, { problem: 'covered' }]);
  expect(trouble).toEqual([]);
});

it('events of an unknown type are ignored, but take their number: nothing is missing, and a resumption begins after them', async () => {
  const unknown: string[] = [];
  feed.on('unknown', ({ type }) => unknown.push(type));
  await feed.start();
  server.send(emotionEvent(1));
  server.send({ type: 'gesture', room: 'room-1', participant: 'p1', epoch: 'e1', seq: 2, wave: true });
  server.send({ type: 'weather', rain: true });
  await until(() => unknown.length === 2);
  expect(feed.place).toEqual({ sinceSeq: 2, epoch: 'e1' });
  server.send(emotionEvent(3));
  await until(() => events.length === 2);
  expect(seqs(events)).toEqual([1, 3]);
  expect(trouble).toEqual([]);
});

it('an answer may say more, and an error have a code that is not known', async () => {
  const client = new EmostreamClient({ server: server.url, token: 'a.b.c', socket: nodeSocket });
  await client.connect();
  server.script.subscribe = () => ({ room: 'room-1', epoch: 'e1', lastSeq: 4, warm: true });
  await expect(client.subscribe()).resolves.toEqual({ room: 'room-1', epoch: 'e1', lastSeq: 4 });
  // A track of a kind that is not known is no reason not to join.
  const toldPeer = { participant: 'p2', name: 'B', consent: NONE, showWords: false };
  const producer = { producerId: 'x', source: 'hologram', kind: 'video', paused: false };
  const peers = [{ ...toldPeer, producers: [producer] }];
  const seat = { room: 'room-1', participant: 'p1', policy: NONE, consent: NONE, showWords: false };
  server.script.join = () => ({ ...seat, peers });
  const asked = { name: 'A', consent: NONE, rtpCapabilities: {} };
  await expect(client.request('join', asked)).resolves.toMatchObject({ peers });
  server.script.leave = () => ({ error: { code: 'TOO_TIRED', message: 'sleep first' } });
  await expect(client.request('leave', {})).rejects.toMatchObject({ code: 'TOO_TIRED', message: 'sleep first' });
  client.close();
});

it('a server that never beats is never taken for dead, and one that does not know narrowing says so', async () => {
  server.script.subscribe = () => ({ error: { code: 'BAD_MESSAGE', message: 'types: unknown' } });
  feed.close();
  feed = listen({ types: ['gap'] });
  await expect(feed.start()).rejects.toMatchObject({ code: 'BAD_MESSAGE' });
});

it('numbers without an event are no loss to a narrowed subscription; beats carry its place on', async () => {
  feed.close();
  feed = listen({ types: ['gap'] });
  await feed.start();
  const window = { start: 0, end: 1000 };
  const gap = { type: 'gap', room: 'room-1', participant: 'p1', epoch: 'e1', window, reason: 'overloaded' };
  server.send({ ...gap, seq: 5 });
  server.send({ type: 'beat', at: 0, everyMs: 5000, rooms: [{ room: 'room-1', epoch: 'e1', seq: 9 }] });
  server.send({ ...gap, seq: 12 });
  await until(() => events.length === 2);
  expect(trouble).toEqual([]);
  server.send({ type: 'beat', at: 0, everyMs: 5000, rooms: [{ room: 'room-1', epoch: 'e1', seq: 20 }] });
  await until(() => feed.place?.sinceSeq === 20);
  expect(server.requestsOf('subscribe')).toMatchObject([{ types: ['gap'] }]);
});

it('a beat that is ahead of an unnarrowed subscription tells of a loss', async () => {
  await feed.start();
  server.send({ type: 'beat', at: 0, everyMs: 5000, rooms: [{ room: 'room-1', epoch: 'e1', seq: 2 }] });
  await until(() => trouble.length === 1);
  expect(trouble).toEqual([{ room: 'room-1', epoch: 'e1', fromSeq: 1, toSeq: 2, reason: 'hole' }]);
});
