import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { emotionEvent } from './support/emotion-event.js';
import { gapEvent, startServer, type TestServer } from './support/test-server.js';

let subject: TestServer | undefined;
afterEach(() => subject?.close());

test('events reach every subscriber of the room, in order, after the answer', async () => {
  subject = await startServer();
  const [alice, bob, other] = [
    await subject.connect(),
    await subject.connect({ publish: false }),
    await subject.connect({ room: 'other' }),
  ];
  expect(await alice.request('subscribe', {})).toMatchObject({ room: 'room', lastSeq: 0 });
  await bob.request('subscribe', {});
  await other.request('subscribe', {});
  expect(subject.meter.value('emostream_subscribers')).toBe(3);
  for (let second = 0; second < 5; second++) subject.bus.publish(emotionEvent(second));
  for (const client of [alice, bob]) {
    await client.next('emotion', 4);
    expect(client.of('emotion').map((event) => event.seq)).toEqual([1, 2, 3, 4, 5]);
  }
  await other.request('unsubscribe', {});
  expect(other.of('emotion')).toEqual([]);
  await alice.request('unsubscribe', {});
  subject.bus.publish(emotionEvent(9));
  await bob.next('emotion', 5);
  await alice.request('getRouterCapabilities', {});
  expect(alice.of('emotion')).toHaveLength(5);
  expect(subject.meter.value('emostream_subscribers')).toBe(1);
});

test('a subscriber that comes back is given what it missed, and told what is gone', async () => {
  subject = await startServer({}, {}, 10);
  for (let second = 0; second < 25; second++) subject.bus.publish(gapEvent());
  const client = await subject.connect();
  expect(await client.request('subscribe', { sinceSeq: 5 })).toMatchObject({ room: 'room', lastSeq: 25 });
  await client.next('gap', 9);
  subject.bus.publish(gapEvent());
  await client.next('gap', 10);
  expect(client.messages.slice(0, 2)).toMatchObject([
    { type: 'response' },
    { type: 'missed', room: 'room', fromSeq: 6, toSeq: 15, reason: 'expired' },
  ]);
  expect(client.of('gap').map((event) => event.seq)).toEqual([16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26]);
});

test('a long journal is replayed whole to a reader that keeps up', async () => {
  subject = await startServer({ maxBufferedBytes: 65_536 }, {}, 2000);
  for (let second = 0; second < 2000; second++) subject.bus.publish(emotionEvent(second));
  const client = await subject.connect();
  await client.request('subscribe', { sinceSeq: 0 });
  await client.next('emotion', 1999);
  expect(client.of('missed')).toEqual([]);
  expect(client.of('emotion').map((event) => event.seq)).toEqual(Array.from({ length: 2000 }, (_, index) => index + 1));
});

test('a slow subscriber loses its oldest events and is told which; others lose nothing', async () => {
  subject = await startServer({ maxBufferedBytes: 65_536, heartbeat: 60_000 });
  const [slow, fast] = [await subject.connect(), await subject.connect()];
  await slow.request('subscribe', {});
  await fast.request('subscribe', {});
  slow.socket.pause();
  const dropped = { stage: 'server', reason: 'slow-subscriber' };
  let published = 0;
  // Until the system's own buffers are full and the server has dropped a good number.
  while (subject.meter.value('emostream_dropped_total', dropped) < 500) {
    for (let n = 0; n < 20; n++) {
      subject.bus.publish(emotionEvent(published));
      published += 1;
    }
    await fast.next('emotion', published - 1);
  }
  expect(fast.of('missed')).toEqual([]);
  expect(fast.of('emotion')).toHaveLength(published);

  slow.socket.resume();
  await slow.until(() => slow.of('emotion').at(-1)?.seq === published);
  const [missed] = slow.of('missed');
  expect(slow.of('missed')).toHaveLength(1);
  expect(missed?.reason).toBe('slow-subscriber');
  // What came and what was missed is everything, once, in order.
  const seqs = slow.messages.flatMap((message) => {
    if (message.type === 'emotion') return [message.seq];
    if (message.type !== 'missed') return [];
    return Array.from({ length: (message.toSeq ?? 0) - message.fromSeq + 1 }, (_, index) => message.fromSeq + index);
  });
  expect(seqs).toEqual(Array.from({ length: published }, (_, index) => index + 1));
  expect((missed?.toSeq ?? 0) - (missed?.fromSeq ?? 0) + 1).toBe(
    subject.meter.value('emostream_dropped_total', dropped),
  );
});

test('a client that asks and never reads is closed with a reason', async () => {
  subject = await startServer({ maxBufferedBytes: 65_536, maxMessagesPerSecond: 10_000, heartbeat: 60_000 });
  const client = await subject.connect();
  client.socket.pause();
  let id = 1_000_000;
  while (subject.meter.value('emostream_errors_total', { code: 'OVERLOADED' }) === 0) {
    for (let n = 0; n < 20; n++) client.send(JSON.stringify({ type: 'getRouterCapabilities', id: id++ }));
    await setImmediate();
  }
  client.socket.resume();
  expect(await client.ended()).toMatchObject({ code: 1013, reason: expect.stringContaining('OVERLOADED') as string });
});

test('slow sockets of one address together hold so much and no more; who reads, and who is elsewhere, goes on', async () => {
  // No single socket reaches its own bound.
  subject = await startServer({
    maxBufferedBytes: 1_073_741_824,
    maxBufferedBytesPerAddress: 1_048_576,
    maxMessagesPerSecond: 10_000,
    heartbeat: 60_000,
  });
  const slow = [];
  for (let n = 0; n < 4; n++) slow.push(await subject.connect({}, { localAddress: '127.0.0.2' }));
  const reader = await subject.connect({}, { localAddress: '127.0.0.2' });
  const elsewhere = await subject.connect({}, { localAddress: '127.0.0.3' });
  for (const client of slow) client.socket.pause();
  let id = 1_000_000;
  while (subject.meter.value('emostream_errors_total', { code: 'OVERLOADED' }) === 0) {
    for (const client of slow) {
      for (let n = 0; n < 20; n++) client.send(JSON.stringify({ type: 'getRouterCapabilities', id: id++ }));
    }
    await reader.request('getRouterCapabilities', {});
  }
  for (const client of slow) client.socket.resume();
  const ended = await Promise.race(slow.map((client) => client.ended()));
  expect(ended).toMatchObject({ code: 1013, reason: expect.stringContaining('OVERLOADED') as string });
  for (const client of [reader, elsewhere]) await client.request('getRouterCapabilities', {});
});
