import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { CLIENT_CAPABILITIES } from '../../src/sfu/index.js';
import { RawConnection } from './support/raw-connection.js';
import type { TestClient } from './support/test-client.js';
import { HostedClient } from './hosted/support/hosted-client.js';
import { startServer, type TestServer } from './support/test-server.js';

let subject: TestServer | undefined;
afterEach(() => subject?.close());

/** The TCP socket under a client, for frames that `ws` would not send. */
const wire = (client: TestClient) => (client.socket as unknown as { _socket: Socket })._socket;

/** A client's frame with a mask of zeros (RFC 6455 §5.2). */
function frame(opcode: number, payload = '', final = true): Buffer {
  return Buffer.from([(final ? 0x80 : 0) | opcode, 0x80 | payload.length, 0, 0, 0, 0, ...Buffer.from(payload)]);
}
const TEXT = 1;
const CONTINUATION = 0;
const PING = 9;
const PONG = 10;

describe('frames that are no messages', () => {
  test.each([
    ['pongs that nobody asked for', PONG],
    ['pings', PING],
  ])('%s', async (_name, opcode) => {
    subject = await startServer();
    const [client, other] = [await subject.connect(), await subject.connect()];
    const flood = Buffer.concat(Array.from({ length: 1000 }, () => frame(opcode, 'x')));
    const stop = setInterval(() => wire(client).writable && wire(client).write(flood), 1);
    expect(await client.ended()).toEqual({
      code: 1008,
      reason: expect.stringMatching(/^RATE_LIMITED: .*pongs/) as string,
    });
    clearInterval(stop);
    expect(subject.meter.value('emostream_refused_total', { what: 'frame' })).toBe(1);
    await other.request('getRouterCapabilities', {});
  });

  test('pongs that answer our pings are free, however many', async () => {
    subject = await startServer({ heartbeat: 100 });
    const client = await subject.connect();
    await client.until(() => client.pings > 80);
    expect(client.closed).toBeUndefined();
    await client.request('getRouterCapabilities', {});
  });

  test('16,000 fragments of a byte on each of 200 sockets are not kept', async () => {
    subject = await startServer({ maxSocketsPerToken: 200 });
    const token = await subject.token();
    const clients = await Promise.all(Array.from({ length: 190 }, () => subject!.connect({}, { token })));
    const before = process.memoryUsage();
    const fragments = Buffer.concat(Array.from({ length: 1000 }, () => frame(CONTINUATION, 'x', false)));
    for (const client of clients) wire(client).write(frame(TEXT, 'x', false));
    for (let n = 0; n < 16; n++) {
      for (const client of clients) if (wire(client).writable) wire(client).write(fragments);
      await setImmediate();
    }
    for (const client of clients) expect((await client.ended()).code).toBe(1008);
    const after = process.memoryUsage();
    // It was 343 MiB.
    const grown = after.heapUsed + after.external - before.heapUsed - before.external;
    expect(grown / 2 ** 20).toBeLessThan(100);
    await (await subject.connect()).request('getRouterCapabilities', {});
  });

  test('a message in as many fragments as a client makes comes through', async () => {
    subject = await startServer();
    const client = await subject.connect();
    const text = JSON.stringify({ type: 'getRouterCapabilities', id: 77 });
    const pieces = text.match(/.{1,4}/g) ?? [];
    pieces.forEach((piece, index) => {
      wire(client).write(frame(index === 0 ? TEXT : CONTINUATION, piece, index === pieces.length - 1));
    });
    await client.until(() => client.of('response').find(({ id }) => id === 77));
  });

  test('a socket that was closed for a flood is cut off although it neither answers nor stops', async () => {
    subject = await startServer();
    const connection = await RawConnection.open(subject.server.port);
    const headers = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    headers.push('Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', `Authorization: Bearer ${await subject.token()}`);
    connection.socket.write(`GET /ws HTTP/1.1\r\nHost: localhost\r\n${headers.join('\r\n')}\r\n\r\n`);
    while (subject.server.sockets === 0) await setImmediate();
    const flood = Buffer.concat(Array.from({ length: 1000 }, () => frame(PONG)));
    const stop = setInterval(() => connection.socket.writable && connection.socket.write(flood), 1);
    await connection.ended;
    clearInterval(stop);
    while (subject.server.sockets > 0) await setImmediate();
    expect(subject.meter.value('emostream_refused_total', { what: 'frame' })).toBe(1);
  });
});

describe('with one token', () => {
  test.each([
    ['with one token', { maxSocketsPerToken: 1 }],
    ['at all', { maxSockets: 1 }],
  ])('so many sockets %s at both doors together', async (_name, limit) => {
    subject = await startServer(limit);
    const token = await subject.token({}, { subject: 'ada' });
    const { port } = subject.server;
    const hosted = () => HostedClient.connect(port, 'audio', { headers: { 'x-hume-api-key': token } });
    const client = await subject.connect({}, { token });
    await expect(hosted()).rejects.toThrow('503');
    client.socket.terminate();
    await client.ended();
    // The server hears of the end on its own side; a refused attempt costs nothing.
    for (;;) if (await hosted().catch(() => undefined)) break;
    await expect(subject.connect({}, { token })).rejects.toMatchObject({
      status: 503,
      body: { error: { code: 'LIMIT_REACHED', message: expect.stringContaining(Object.keys(limit)[0]!) as string } },
    });
  });

  test('so many sockets and no more, in whatever way its signature is written', async () => {
    subject = await startServer({ maxSocketsPerToken: 3 });
    const token = await subject.token();
    // The last of 43 characters carries four bits; the lowest two are free (RFC 4648 §3.5).
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = digits.indexOf(token.at(-1) ?? '');
    const variant = (low: number) => token.slice(0, -1) + (digits[(last & 0b111100) | low] ?? '');
    const clients = [];
    for (let low = 0; low < 3; low++) {
      const client = await subject.connect({}, { token: variant(low) }).catch(() => subject!.connect({}, { token }));
      clients.push(client);
    }
    for (const again of [token, variant(0), variant(1), variant(2), variant(3)]) {
      const refusal = await subject.connect({}, { token: again }).then(
        () => 'accepted',
        (error: { status: number }) => error.status,
      );
      expect([401, 503]).toContain(refusal);
    }
    await expect(subject.connect({}, { token })).rejects.toMatchObject({
      status: 503,
      body: { error: { code: 'LIMIT_REACHED', message: expect.stringContaining('maxSocketsPerToken') as string } },
    });
    expect(subject.meter.value('emostream_refused_total', { what: 'socket' })).toBeGreaterThan(0);
    // Another token is another matter.
    await subject.connect({}, { subject: 'somebody-else' });
    clients[0]?.socket.terminate();
    for (;;) if (await subject.connect({}, { token }).catch(() => undefined)) break;
  });

  test('so many seats of a room and no more', async () => {
    subject = await startServer({ maxSeatsPerToken: 2 });
    const token = await subject.token();
    const clients = [];
    for (let n = 0; n < 3; n++) clients.push(await subject.connect({}, { token }));
    const [first, second, third] = clients as [TestClient, TestClient, TestClient];
    await first.join();
    await second.join();
    const { code, message } = await third.refused('join', joinRequest);
    expect([code, message]).toEqual(['LIMIT_REACHED', expect.stringContaining('maxSeatsPerToken')]);
    expect(subject.meter.value('emostream_refused_total', { what: 'seat' })).toBe(1);
    await (await subject.connect({}, { subject: 'somebody-else' })).join();
    await first.request('leave', {});
    await third.join();
  });

  test('joining and leaving for ever is refused after a while, and a neighbour joins', async () => {
    subject = await startServer();
    const client = await subject.connect();
    for (let n = 0; n < 60; n++) {
      await client.join();
      await client.request('leave', {});
    }
    expect(await client.refused('join', joinRequest)).toEqual({
      code: 'RATE_LIMITED',
      message: expect.stringMatching(/^too many joins: try again in \d+ s$/) as string,
    });
    await (await subject.connect({}, { subject: 'somebody-else' })).join();
  });

  test('messages of all its sockets share a rate; who sends little is served all the same', async () => {
    subject = await startServer({ maxMessagesPerSecond: 5 });
    const token = await subject.token();
    const clients = [];
    for (let n = 0; n < 6; n++) clients.push(await subject.connect({}, { token }));
    const quiet = await subject.connect({}, { token });
    // Each within its own 50 in 10 s; together they may send 200.
    await Promise.all(
      clients.flatMap((client) => Array.from({ length: 49 }, () => client.ask('getRouterCapabilities'))),
    );
    await quiet.request('getRouterCapabilities', {});
    expect(quiet.closed).toBeUndefined();
  });
});

test('an address opens so many rooms and no more, with whatever tokens; in those of others it takes part', async () => {
  subject = await startServer({ maxRoomsPerAddress: 2 });
  const from = (localAddress: string, room: string) => subject!.connect({ room }, { localAddress });
  for (const room of ['a', 'b']) await (await from('127.0.0.2', room)).join();
  const third = await from('127.0.0.2', 'c');
  const { code, message } = await third.refused('join', joinRequest);
  expect([code, message]).toEqual(['LIMIT_REACHED', expect.stringContaining('maxRoomsPerAddress')]);
  await (await from('127.0.0.3', 'c')).join();
  await third.join();
});

test('an address takes so many seats in all rooms and no more; a seat is taken over at the bound', async () => {
  subject = await startServer({ maxSeatsPerAddress: 2 });
  const from = (localAddress: string, room: string, name: string) =>
    subject!.connect({ room }, { localAddress, subject: name });
  const first = await from('127.0.0.2', 'a', 'ann');
  await first.join();
  await (await from('127.0.0.2', 'b', 'ben')).join();
  const third = await from('127.0.0.2', 'b', 'cem');
  const { code, message } = await third.refused('join', joinRequest);
  expect([code, message]).toEqual(['LIMIT_REACHED', expect.stringContaining('maxSeatsPerAddress')]);
  expect(subject.meter.value('emostream_refused_total', { what: 'seat' })).toBe(1);
  await (await from('127.0.0.3', 'b', 'dan')).join();
  const again = await from('127.0.0.2', 'a', 'ann');
  await again.join();
  await again.request('leave', {});
  await third.join();
});

test('a room that grew to what the media worker carries refuses the newcomer, who is told why and comes in later', async () => {
  subject = await startServer({ maxConsumersPerWorker: 8 });
  const join = async (name: string, room = 'room') => {
    const client = await subject!.connect({ room }, { subject: name });
    return { client, joined: () => client.join(), refused: () => client.refused('join', joinRequest) };
  };
  const [ann, ben, cem, dan] = [await join('ann'), await join('ben'), await join('cem'), await join('dan', 'other')];
  await ann.joined();
  await ben.joined();
  for (const late of [cem, dan]) {
    const { code, message } = await late.refused();
    expect([code, message]).toEqual(['LIMIT_REACHED', expect.stringContaining('maxConsumersPerWorker')]);
  }
  expect(subject.meter.value('emostream_refused_total', { what: 'consumer' })).toBe(2);
  // The room of which nobody got a seat is gone.
  expect([...subject.server.rooms.open.keys()]).toEqual(['room']);
  await ben.client.request('leave', {});
  await cem.joined();
});

test('a room that closed makes place for another', async () => {
  subject = await startServer({ maxRoomsPerAddress: 1 });
  const client = await subject.connect({ room: '*' });
  for (const room of ['a', 'b', 'c']) {
    await client.request('join', { ...joinRequest, room });
    await client.request('leave', {});
  }
});

test('tracks are not begun and resumed for ever; muting and ending them is never refused', async () => {
  subject = await startServer();
  const [client, other] = [await subject.connect(), await subject.connect()];
  await other.join('Bob');
  await client.join();
  const { transportId } = await client.request('createTransport', { direction: 'send' });
  const rtpParameters = {
    codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }],
    encodings: [{ ssrc: 1234 }],
  };
  const produce = { transportId, source: 'microphone', kind: 'audio', rtpParameters } as const;
  const codes: string[] = [];
  let { producerId } = await client.request('produce', produce);
  for (let n = 0; n < 50; n++) {
    await client.request('pauseProducer', { producerId });
    const resumed = await client.ask('resumeProducer', { producerId });
    await client.request('closeProducer', { producerId });
    const produced = await client.ask('produce', produce);
    codes.push(...[resumed, produced].map((response) => (response.ok ? 'ok' : response.error.code)));
    if (!produced.ok) break;
    ({ producerId } = produced.data as { producerId: string });
  }
  expect(codes.at(-1)).toBe('RATE_LIMITED');
  expect(codes.filter((code) => code === 'ok').length).toBeGreaterThanOrEqual(19);
});

describe('a message that costs much to check', () => {
  test('counts for several: a socket may send 500 small ones at once, and only a few of 4,000 values', async () => {
    subject = await startServer();
    const client = await subject.connect();
    const keys = Array.from({ length: 3990 }, (_, n) => `"k${n}":0`).join(',');
    const from = performance.now();
    for (let n = 0; n < 20; n++) client.send(`{"type":"leave","id":${n},${keys}}`);
    await client.until(() => client.messages.length === 20);
    // Each counts for 63, and a socket may send 50 a second: a slow machine may let a few more pass.
    const later = Math.ceil((50 * (performance.now() - from)) / 1000 / 63);
    const codes = client.messages.map((message) => ('error' in message ? message.error.code : 'none'));
    expect(codes.slice(0, 5)).toEqual(Array<string>(5).fill('BAD_MESSAGE'));
    expect(codes.filter((code) => code === 'RATE_LIMITED').length).toBeGreaterThanOrEqual(13 - later);
    expect(new Set(codes)).toEqual(new Set(['BAD_MESSAGE', 'RATE_LIMITED']));
  });

  test('when a join is refused for that, its sender hears which request it was', async () => {
    subject = await startServer({ maxMessagesPerSecond: 1 });
    const client = await subject.connect();
    for (let n = 0; n < 10; n++) await client.ask('leave');
    const rtpCapabilities = { ...CLIENT_CAPABILITIES };
    expect((await client.refused('join', { ...joinRequest, rtpCapabilities })).code).toBe('RATE_LIMITED');
  });
});

const joinRequest = {
  name: 'Alice',
  consent: { face: false, voice: false, words: false },
  rtpCapabilities: {},
};
