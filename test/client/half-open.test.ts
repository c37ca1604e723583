import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type ClientStatus,
  EmostreamClient,
  EmotionFeed,
  platformSocket,
  type RoomEvent,
} from '../../client/lib/index.js';
import { nodeSocket } from '../../client/lib/node.js';
import { gapEvent, startServer, type TestServer } from '../server/support/test-server.js';
import { Relay } from './support/relay.js';
import { seqs, until } from './support/scripted-server.js';

let server: TestServer;
let relay: Relay;
beforeEach(async () => {
  server = await startServer({ heartbeat: 200 });
  relay = await Relay.start(server.server.port);
});
afterEach(async () => {
  await relay.close();
  await server.close();
});

it.each([
  ['ws', nodeSocket],
  ['the platform’s WebSocket', platformSocket],
] as const)(
  'a connection that dies without a word is noticed, and the feed resumes: over %s',
  async (_name, socket) => {
    const token = await server.token();
    const feed = new EmotionFeed({
      server: `http://127.0.0.1:${relay.port}`,
      token,
      socket,
      reconnect: { initialMs: 5 },
    });
    const events: RoomEvent[] = [];
    const states: ClientStatus[] = [];
    feed.on('event', (event) => events.push(event));
    feed.on('status', (status) => states.push(status));
    await feed.start();
    server.bus.publish(gapEvent());
    await until(() => events.length === 1);
    relay.forget();
    server.bus.publish(gapEvent());
    server.bus.publish(gapEvent());
    await until(() => events.length === 3);
    expect(seqs(events)).toEqual([1, 2, 3]);
    expect(relay.taken).toBe(2);
    const lost = states.find(({ state }) => state === 'waiting') as Extract<ClientStatus, { state: 'waiting' }>;
    expect(lost.error).toMatchObject({ code: 'TIMEOUT' });
    feed.close();
  },
);

it('a connection in silence that beats is left alone', async () => {
  const feed = new EmotionFeed({ server: `http://127.0.0.1:${relay.port}`, token: await server.token() });
  let beats = 0;
  const states: string[] = [];
  await feed.start();
  feed.on('status', ({ state }) => states.push(state));
  feed.on('beat', () => (beats += 1));
  await until(() => beats >= 6);
  expect(states).toEqual([]);
  expect(relay.taken).toBe(1);
  feed.close();
});

it('a client tells that a beat is missing, before it takes the connection for dead', async () => {
  const client = new EmostreamClient({
    server: `http://127.0.0.1:${relay.port}`,
    token: await server.token(),
    reconnect: { initialMs: 5 },
  });
  const told: string[] = [];
  client.on('quiet', (quiet) => told.push(quiet ? 'quiet' : 'heard'));
  client.on('status', ({ state }) => told.push(state));
  await client.connect();
  let beats = 0;
  client.on('notification', ({ type }) => (beats += Number(type === 'beat')));
  await until(() => beats >= 2);
  relay.forget();
  await until(() => told.includes('waiting'));
  expect(told.indexOf('quiet')).toBeGreaterThan(0);
  expect(told.indexOf('quiet')).toBeLessThan(told.indexOf('waiting'));
  client.close();
});
