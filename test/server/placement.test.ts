import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { nodeSources } from '../../src/server/node-sources.js';
import { ScriptedPlacement } from './support/scripted-placement.js';
import { startServer, type TestServer } from './support/test-server.js';

const THIRD = 'https://node-3.calls.example/';
const OTHER = 'https://node-2.calls.example/calls/';

/** What comes back for these very bytes until the other side closes. */
async function asIs(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  socket.write(bytes);
  let got = '';
  for await (const piece of socket.on('error', () => undefined)) got += String(piece);
  return got;
}

let test: TestServer | undefined;
afterEach(() => test?.close());

async function start(): Promise<{ test: TestServer; placement: ScriptedPlacement }> {
  const placement = new ScriptedPlacement(OTHER);
  test = await startServer({}, { placement });
  return { test, placement };
}

describe('a server that is one of many', () => {
  it('says where a room is that it does not have: to who joins, moderates, asks who is there, or sends by WHIP', async () => {
    const { test } = await start();
    const client = await test.connect({ room: 'there', moderate: true });
    const seat = { name: 'Ada', rtpCapabilities: {}, consent: { face: false, voice: false, words: false } };
    expect(await client.refused('join', seat)).toMatchObject({ code: 'MOVED', url: OTHER });
    const reading = await test.connect({ room: 'there', transcript: true });
    expect(await reading.refused('subscribe')).toMatchObject({ code: 'MOVED', url: OTHER });
    expect(await client.refused('roster')).toMatchObject({ code: 'MOVED', url: OTHER });
    const headers = { authorization: `Bearer ${await test.token({ room: 'there', moderate: true })}` };
    const post = (path: string, type: string, body: string) =>
      fetch(test.server.url + path, {
        ...{ method: 'POST', body, redirect: 'manual' },
        headers: { ...headers, 'content-type': type },
      });
    const moderated = await post('/api/moderate', 'application/json', JSON.stringify({ type: 'endRoom' }));
    expect([moderated.status, await moderated.json()]).toMatchObject([421, { error: { code: 'MOVED', url: OTHER } }]);
    const sdp = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n';
    const offered = await post('/whip/there', 'application/sdp', sdp);
    expect([offered.status, offered.headers.get('location')]).toEqual([307, `${OTHER}whip/there`]);
  });

  it('tells people when their call moves, closes their sockets, and goes on with others', async () => {
    const { test, placement } = await start();
    const [ada, bob] = [await test.connect({ room: 'one' }), await test.connect({ room: 'two' })];
    await ada.join('Ada');
    await bob.join('Bob');
    // Who reads what is said goes with the call.
    const reader = await test.connect({ room: 'one', publish: false, transcript: true });
    await reader.request('subscribe', {});
    expect([placement.host?.people('one'), placement.host?.figures()]).toMatchObject([
      1,
      { participants: 2, rooms: 2 },
    ]);
    placement.host?.move('one', OTHER);
    expect(await ada.next('moved')).toEqual({ type: 'moved', room: 'one', url: OTHER });
    expect((await reader.next('moved')).url).toBe(OTHER);
    expect(await ada.ended()).toMatchObject({ code: 4004, reason: 'MOVED: the call is on another server' });
    expect([...test.server.rooms.open.keys()]).toEqual(['two']);
    await test.server.close();
    expect(placement.drained).toBe(true);
    expect((await bob.next('moved')).url).toBe(OTHER);
  });

  it('names the others to who comes and when they change, and lets their pages in, and its own pages out to them', async () => {
    const { test, placement } = await start();
    const client = await test.connect();
    expect((await client.next('nodes')).urls).toEqual([test.server.url, OTHER]);
    await test.connect({}, { origin: 'https://node-2.calls.example' });
    await expect(test.connect({}, { origin: THIRD.slice(0, -1) })).rejects.toThrow();
    placement.tell([test.server.url, THIRD]);
    expect((await client.next('nodes', 1)).urls).toContain(THIRD);
    await test.connect({}, { origin: THIRD.slice(0, -1) });
    const policy = (await fetch(test.server.url)).headers.get('content-security-policy');
    expect(policy).toContain(' wss://node-3.calls.example');
    expect(policy).not.toContain('node-2');
  });
});

describe('a server that hands people through to the one that has their room', () => {
  it('is asked in its place, on sockets and by WHIP, and tells whom it asks for', async () => {
    const { test, placement } = await start();
    const other = await startServer({ trustedProxies: ['127.0.0.1'], maxSocketsPerToken: 1 });
    try {
      placement.inner = `${other.server.url}/`;
      const [ada, bob] = [await test.connect({ room: 'there' }), await other.connect({ room: 'there' })];
      await bob.join('Bob');
      expect((await ada.join('Ada')).peers.map(({ name }) => name)).toEqual(['Bob']);
      expect([test.server.rooms.open.size, other.server.rooms.open.get('there')?.size]).toEqual([0, 2]);
      expect([test.server.sockets, other.server.sockets]).toEqual([0, 2]);
      const headers = { authorization: `Bearer ${await test.token({ room: 'there' })}`, 'content-type': 'text/plain' };
      const offered = await fetch(`${test.server.url}/whip/there`, { method: 'POST', headers, body: 'v=0' });
      // By the other: this one would have sent it on.
      expect([offered.status, await offered.json()]).toMatchObject([415, { error: { code: 'BAD_MESSAGE' } }]);
      await other.server.close();
      expect(await ada.ended()).toMatchObject({ code: 1012 });
      const refused = await test.connect({ room: 'there' }).catch((error: unknown) => error);
      expect(refused).toMatchObject({ status: 503, body: { error: { code: 'NATS_UNAVAILABLE' } } });
    } finally {
      await other.close();
    }
  });

  it('hands on what it is for and no other path, one request for one, and breaks off what the other breaks off', async () => {
    const { test, placement } = await start();
    const asked: string[] = [];
    const other = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers['x-forwarded-for']}`);
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      request.resume().once('end', () => request.socket.destroy());
    }).listen(0, '127.0.0.1');
    try {
      await once(other, 'listening');
      placement.inner = `http://127.0.0.1:${(other.address() as AddressInfo).port}/calls/`;
      const port = Number(new URL(test.server.url).port);
      for (const path of ['/../../metrics', '/%2e%2e/%2e%2e/metrics', '/..\\..\\metrics']) {
        expect(await asIs(port, `GET /whip/there${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).toMatch(
          / 40[45] /,
        );
      }
      const within = 'GET /metrics HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n';
      const chunked = `Transfer-Encoding: chunked\r\n\r\n${within.length.toString(16)}\r\n${within}\r\n0\r\n\r\n`;
      // It ends, though the answer does not: by the connection.
      expect(await asIs(port, `DELETE /whip/there/id HTTP/1.1\r\nHost: x\r\n${chunked}`)).toMatch(/half$/);
      const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';
      const bearer = `Authorization: Bearer ${await test.token({ room: 'there' })}\r\n`;
      const key = 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nContent-Length: 3\r\n';
      expect(await asIs(port, `GET /ws HTTP/1.1\r\nHost: x\r\n${upgrade}${bearer}${key}\r\n`)).toMatch(/half$/);
      expect(asked).toEqual(['DELETE /calls/whip/there/id 127.0.0.1', 'GET /calls/ws 127.0.0.1']);
    } finally {
      other.close();
    }
  });

  it('does not hand on what was handed to it', async () => {
    const { test, placement } = await start();
    placement.inner = `${test.server.url}/`;
    const client = await test.connect({ room: 'there' });
    const seat = { name: 'Ada', rtpCapabilities: {}, consent: { face: false, voice: false, words: false } };
    expect(await client.refused('join', seat)).toMatchObject({ code: 'MOVED' });
  });
});

describe('what pages of a node may connect to', () => {
  it('is each node and, where all are of one domain of their own, those that will come', () => {
    const [second, third] = [new URL(OTHER).origin, new URL(THIRD).origin];
    expect(nodeSources([OTHER, THIRD])).toEqual(['https://*.calls.example', second, third]);
    expect(nodeSources([OTHER, 'http://10.0.0.1:8080/'])).toEqual([second, 'http://10.0.0.1:8080']);
    for (const alone of [
      'http://127.0.0.1:8080',
      'https://calls.example',
      'http://[fd00::1]:1',
      'http://localhost:8080',
    ])
      expect(nodeSources([alone])).toEqual([alone]);
    expect(nodeSources(['https://a.b.example:8443/x/'])).toContain('https://*.b.example:8443');
  });
});
