import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { EmotionFeed } from '../../client/lib/index.js';
import { mountedFront } from '../../src/server/index.js';
import { emotionEvent } from './support/emotion-event.js';
import { startServer, type TestServer } from './support/test-server.js';

/** Somebody's server, with a page and a WebSocket of their own, and ours under a path of it. */
let theirs: Server;
let ours: TestServer;
let base: string;
const asked: string[] = [];

beforeAll(async () => {
  theirs = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end('theirs');
  });
  ours = await startServer({}, { front: mountedFront({ server: theirs, path: '/feelings/' }) });
  theirs.listen(0, '127.0.0.1');
  await once(theirs, 'listening');
  base = `http://127.0.0.1:${(theirs.address() as AddressInfo).port}`;
});
afterAll(() => {
  theirs.close();
  theirs.closeAllConnections();
});

it('answers under its path, and leaves all else to them', async () => {
  const info = await fetch(`${base}/feelings/api/info`);
  expect(await info.json()).toMatchObject({ version: '0.0.0-test' });
  const folder = await fetch(`${base}/feelings`, { redirect: 'manual' });
  expect([folder.status, folder.headers.get('location')]).toEqual([308, '/feelings/']);
  expect(asked).toEqual([]);
  for (const path of ['/', '/feelingsnot', '/api/info', '/chat/feelings/']) {
    expect(await (await fetch(base + path)).text()).toBe('theirs');
  }
  expect(asked).toEqual(['/', '/feelingsnot', '/api/info', '/chat/feelings/']);
  expect(ours.server.url).toBe(`${base}/feelings`);
});

async function hears(): Promise<void> {
  const feed = new EmotionFeed({ server: `${base}/feelings`, token: await ours.token() });
  const heard = new Promise((resolve) => feed.on('event', resolve));
  await feed.start();
  ours.bus.publish(emotionEvent(1));
  expect(await heard).toMatchObject({ type: 'emotion', participant: 'alice' });
  feed.close();
}

it('has its WebSocket under the path, on a server that knows none, which goes on answering whoever asks for an upgrade', async () => {
  await hears();
  const asking = request(`${base}/page`, { headers: { connection: 'upgrade', upgrade: 'h2c' } }).end();
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  expect(await text(response)).toBe('theirs');
});

it('has its WebSocket beside one of theirs that ends sockets of other paths', async () => {
  const chat = new WebSocketServer({ server: theirs, path: '/chat' });
  chat.on('connection', (socket) => socket.send('hello'));
  await hears();
  const socket = new WebSocket(`${base.replace('http', 'ws')}/chat`);
  const [told] = (await once(socket, 'message')) as [Buffer];
  expect(told.toString()).toBe('hello');
  socket.close();
  chat.close();
});

it('refuses what is no path', () => {
  for (const path of ['', '/', 'feelings', '/a b', '/a//b', '/../etc?']) {
    expect(() => mountedFront({ server: theirs, path })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  }
});

it('leaves their server as it was when ours closes', async () => {
  await ours.close();
  expect(await (await fetch(`${base}/feelings/api/info`)).text()).toBe('theirs');
  expect(Object.hasOwn(theirs, 'emit')).toBe(false);
  expect(theirs.listening).toBe(true);
});
