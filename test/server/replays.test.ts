import { afterEach, expect, it } from 'vitest';
import type { RoomEvent } from '../../src/events/schema.js';
import { emotionEvent } from './support/emotion-event.js';
import { gapEvent, startServer, type TestServer } from './support/test-server.js';

let server: TestServer;
afterEach(() => server.close());

const recorded = (second: number): RoomEvent =>
  ({ ...emotionEvent(second, 'old'), epoch: 'e', seq: second + 1 }) as RoomEvent;
const replayer = () => server.connect({ publish: false, subscribe: false, replay: true });

it('publishes recorded events under the room’s own numbers, marked, of people who are told of as replayed', async () => {
  server = await startServer();
  const watch = await server.connect({ publish: false });
  await watch.request('subscribe', {});
  const replay = await replayer();
  expect(await replay.refused('replayEvents', { events: [recorded(0)] })).toMatchObject({ code: 'WRONG_STATE' });
  await replay.request('beginReplay', {});
  const media = {
    type: 'media',
    room: 'old',
    participant: 'alice',
    epoch: 'e',
    seq: 1,
    at: 0,
    source: 'camera',
    problem: null,
  };
  const { published } = await replay.request('replayEvents', {
    events: [recorded(0), media as RoomEvent, recorded(1)],
  });
  expect(published).toBe(2);
  const begin = await watch.next('begin');
  expect(begin).toMatchObject({ room: 'room', participant: 'replay.alice', seq: 1, source: 'replay' });
  const second = await watch.next('emotion', 1);
  expect(second).toMatchObject({
    room: 'room',
    participant: 'replay.alice',
    seq: 3,
    epoch: begin.epoch,
    source: 'replay',
  });
  expect(second.window.start).toBe(1000);
  const { participants } = await watch.request('roster', {});
  expect(participants).toEqual([
    { participant: 'replay.alice', name: null, replayed: true, consent: { face: false, voice: false, words: false } },
  ]);
  expect(server.meter.value('emostream_replayed_events_total', { type: 'begin' })).toBe(1);
  expect(server.meter.value('emostream_replayed_events_total', { type: 'emotion' })).toBe(2);
  // Whoever lost their connection resumes as in a call.
  const late = await server.connect({ publish: false });
  await late.request('subscribe', { sinceSeq: 1, epoch: begin.epoch });
  expect((await late.next('emotion')).seq).toBe(2);
  replay.socket.terminate();
  expect(await watch.next('end')).toMatchObject({
    reason: 'replay-ended',
    participant: 'replay.alice',
    source: 'replay',
  });
  expect((await watch.request('roster', {})).participants).toEqual([]);
});

it('is refused where people are, and ends when they come, before anything is told of them', async () => {
  server = await startServer();
  const alice = await server.connect({}, { subject: 'alice' });
  await alice.join();
  const replay = await replayer();
  expect(await replay.refused('beginReplay')).toMatchObject({ code: 'ROOM_IN_USE' });
  await alice.request('leave', {});
  await replay.request('beginReplay', {});
  expect(await (await replayer()).refused('beginReplay')).toMatchObject({ code: 'WRONG_STATE' });
  await replay.request('replayEvents', { events: [recorded(0)] });
  await alice.request('subscribe', {});
  await alice.join();
  expect(await replay.next('replayEnded')).toMatchObject({ room: 'room', reason: 'live' });
  expect((await alice.next('end')).participant).toBe('replay.alice');
  expect(await replay.refused('replayEvents', { events: [recorded(1)] })).toMatchObject({ code: 'WRONG_STATE' });
});

it('takes no more events than it should, and none that are wrong', async () => {
  server = await startServer();
  const replay = await replayer();
  await replay.request('beginReplay', {});
  const wrong = { ...recorded(0), confidence: 2 };
  expect(await replay.refused('replayEvents', { events: [wrong] })).toMatchObject({ code: 'BAD_MESSAGE' });
  const gap = { ...gapEvent('old'), epoch: 'e', seq: 1 };
  const events = Array.from({ length: 32 }, () => gap);
  const codes = new Set<string>();
  for (let sent = 0; sent < 20; sent++) {
    const response = await replay.ask('replayEvents', { events });
    codes.add(response.ok ? 'ok' : response.error.code);
  }
  expect(codes).toEqual(new Set(['ok', 'RATE_LIMITED']));
});
