import { afterEach, beforeEach, expect, it } from 'vitest';
import { EmotionFeed, type Missed, type RoomEvent } from '../../client/lib/index.js';
import { nodeSocket } from '../../client/lib/node.js';
import { emotionEvent, ScriptedServer, seqs, until } from './support/scripted-server.js';

let server: ScriptedServer;
let feed: EmotionFeed;
let events: RoomEvent[];
let missed: Missed[];

beforeEach(async () => {
  server = await ScriptedServer.start();
  feed = new EmotionFeed({
    server: server.url,
    token: 'a.b.c',
    socket: nodeSocket,
    reconnect: { initialMs: 5, maxMs: 20 },
  });
  events = [];
  missed = [];
  feed.on('event', (event) => events.push(event));
  feed.on('missed', (gap) => missed.push(gap));
});
afterEach(async () => {
  feed.close();
  await server.close();
});

/** Answers a subscription like the real server: first the answer, then what the journal holds. */
function journal(lastSeq: () => number): void {
  server.script.subscribe = ({ sinceSeq }, socket) => {
    setImmediate(() => {
      for (let seq = (sinceSeq ?? lastSeq()) + 1; seq <= lastSeq(); seq++)
        socket.send(JSON.stringify(emotionEvent(seq)));
    });
    return { room: 'room-1', epoch: 'e1', lastSeq: lastSeq() };
  };
}

it('hands on words as they come, beside events, and that they are taken back; they have no place in the numbering', async () => {
  const heard: string[] = [];
  feed.on('words', ({ participant, text, final }) => heard.push(`${participant}: ${text}${final ? '' : ' …'}`));
  feed.on('wordsWithdrawn', ({ participant }) => heard.push(`${participant} took them back`));
  journal(() => 0);
  await feed.start();
  const words = {
    ...{ type: 'words', room: 'room-1', participant: 'p1', segment: 1, text: 'I am', startMs: 0, endMs: 1 },
    ...{ final: false, source: 'voice', language: 'en' },
  };
  server.send(emotionEvent(1));
  server.send(words);
  server.send({ ...words, text: 'I am here', final: true });
  server.send({ type: 'wordsWithdrawn', room: 'room-1', participant: 'p1' });
  server.send(emotionEvent(2));
  await until(() => events.length === 2);
  expect(heard).toEqual(['p1: I am …', 'p1: I am here', 'p1 took them back']);
  expect(feed.place).toEqual({ sinceSeq: 2, epoch: 'e1' });
  expect(missed).toEqual([]);
});

it('hands on events by their type', async () => {
  const emotions: number[] = [];
  const ends: string[] = [];
  feed.on('emotion', (event) => emotions.push(event.seq));
  feed.on('end', (event) => ends.push(event.reason));
  await expect(feed.start()).resolves.toEqual({ room: 'room-1', epoch: 'e1', lastSeq: 0 });
  server.send(emotionEvent(1));
  server.send({ type: 'end', room: 'room-1', participant: 'p1', epoch: 'e1', seq: 2, at: 0, reason: 'left' });
  await until(() => events.length === 2);
  expect({ emotions, ends }).toEqual({ emotions: [1], ends: ['left'] });
});

it('resumes after the last event heard, without repeating or losing one', async () => {
  let lastSeq = 4;
  journal(() => lastSeq);
  await feed.start();
  server.send(emotionEvent(5));
  server.send(emotionEvent(6));
  await until(() => events.length === 2);
  lastSeq = 9;
  server.cut();
  await until(() => events.length === 5);
  expect(server.requestsOf('subscribe')).toMatchObject([{ type: 'subscribe' }, { sinceSeq: 6, epoch: 'e1' }]);
  expect(seqs(events)).toEqual([5, 6, 7, 8, 9]);
  expect(missed).toEqual([]);
});

it('resumes where the answer said the room was, when nothing was heard yet', async () => {
  let lastSeq = 4;
  journal(() => lastSeq);
  await feed.start();
  lastSeq = 6;
  server.cut();
  await until(() => events.length === 2);
  expect(seqs(events)).toEqual([5, 6]);
});

it('begins where the caller says', async () => {
  journal(() => 8);
  await feed.start({ sinceSeq: 5 });
  await until(() => events.length === 3);
  expect(seqs(events)).toEqual([6, 7, 8]);
});

it('tells what the server no longer holds', async () => {
  journal(() => 0);
  await feed.start();
  server.send({ type: 'missed', room: 'room-1', epoch: 'e1', fromSeq: 1, toSeq: 3, reason: 'expired' });
  server.send(emotionEvent(4));
  await until(() => events.length === 1);
  expect(missed).toEqual([{ room: 'room-1', epoch: 'e1', fromSeq: 1, toSeq: 3, reason: 'expired' }]);
});

it('tells a hole that the server did not announce, and drops repeated events', async () => {
  journal(() => 0);
  await feed.start();
  for (const seq of [1, 1, 4, 3, 4, 5]) server.send(emotionEvent(seq));
  await until(() => events.length === 3);
  expect(seqs(events)).toEqual([1, 4, 5]);
  expect(missed).toEqual([{ room: 'room-1', epoch: 'e1', fromSeq: 2, toSeq: 3, reason: 'hole' }]);
});

it('takes the whole journal of a numbering that began anew, and hands on that the old one has ended', async () => {
  journal(() => 40);
  await feed.start();
  server.send(emotionEvent(41));
  await until(() => events.length === 1);
  server.script.subscribe = ({ sinceSeq = 0, epoch = '' }, socket) => {
    setImmediate(() => {
      const ended = { epoch, fromSeq: sinceSeq + 1, toSeq: null, reason: 'other-epoch' };
      socket.send(JSON.stringify({ type: 'missed', room: 'room-1', ...ended }));
      for (let seq = 1; seq <= 50; seq++) socket.send(JSON.stringify(emotionEvent(seq, { epoch: 'e2' })));
    });
    // Its newest number says nothing: it is greater than the last one heard.
    return { room: 'room-1', epoch: 'e2', lastSeq: 50 };
  };
  server.cut();
  await until(() => events.length === 51);
  expect(seqs(events)).toEqual([41, ...Array.from({ length: 50 }, (_, index) => index + 1)]);
  expect(missed).toEqual([{ room: 'room-1', epoch: 'e1', fromSeq: 42, toSeq: null, reason: 'other-epoch' }]);
  expect(feed.place).toEqual({ sinceSeq: 50, epoch: 'e2' });
});

it('follows the room into its next numbering while it listens', async () => {
  journal(() => 0);
  await feed.start();
  for (const event of [
    emotionEvent(1),
    emotionEvent(2),
    emotionEvent(1, { epoch: 'e2' }),
    emotionEvent(3, { epoch: 'e2' }),
  ]) {
    server.send(event);
  }
  await until(() => events.length === 4);
  expect(missed).toEqual([{ room: 'room-1', epoch: 'e2', fromSeq: 2, toSeq: 2, reason: 'hole' }]);
});

it('ends with an error when the token does not let it listen', async () => {
  server.script.subscribe = () => ({ error: { code: 'FORBIDDEN', message: 'not granted' } });
  await expect(feed.start()).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect(feed.status.state).toBe('closed');
});
