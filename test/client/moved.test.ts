import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientError, type ClientOptions, EmostreamClient } from '../../client/lib/index.js';
import { nodeSocket } from '../../client/lib/node.js';
import { Servers } from '../../client/lib/servers.js';
import { NO_CONSENT } from '../../src/common/consent.js';
import { ScriptedServer } from './support/scripted-server.js';

let here: ScriptedServer;
let there: ScriptedServer;
let client: EmostreamClient | undefined;

async function connected(change: Partial<ClientOptions> = {}): Promise<EmostreamClient> {
  const reconnect = { initialMs: 5, maxMs: 20 };
  client = new EmostreamClient({ server: here.url, token: 'a.b.c', socket: nodeSocket, reconnect, ...change });
  await client.connect();
  return client;
}

const join = (from: EmostreamClient) =>
  from.request('join', { room: 'room-1', name: 'Ada', rtpCapabilities: { codecs: [] }, consent: NO_CONSENT });
const movedTo = (server: ScriptedServer) => () => ({ error: { code: 'MOVED', message: 'elsewhere', url: server.url } });
const seated = () => ({
  ...{ room: 'room-1', participant: 'p1', peers: [], policy: NO_CONSENT, consent: NO_CONSENT, showWords: false },
});

beforeEach(async () => {
  [here, there] = await Promise.all([ScriptedServer.start(), ScriptedServer.start()]);
});
afterEach(async () => {
  client?.close();
  await Promise.all([here.close(), there.close()]);
});

describe('a client whose room is at another server', () => {
  it('joins there, with the same token and what it had subscribed to, and is on one socket', async () => {
    here.script.join = movedTo(there);
    there.script.join = seated;
    const made = await connected();
    await made.subscribe();
    const told: unknown[] = [];
    made.on('connected', (event) => told.push(event));
    await expect(join(made)).resolves.toMatchObject({ participant: 'p1' });
    expect(there.tokens).toEqual(['a.b.c']);
    expect(there.requests.map(({ type }) => type)).toEqual(['subscribe', 'join']);
    expect(told).toEqual([]);
    await expect(made.request('unsubscribe', {})).resolves.toEqual({});
    expect(there.requestsOf('unsubscribe')).toHaveLength(1);
  });

  it('is not sent about without end', async () => {
    here.script.join = movedTo(there);
    there.script.join = movedTo(here);
    await expect(join(await connected())).rejects.toMatchObject({ code: 'MOVED' });
    expect(here.requestsOf('join').length + there.requestsOf('join').length).toBe(5);
  });

  it('asks again while the server of its room is gone, until another has the room', async () => {
    const gone = there.url;
    await there.close();
    let asked = 0;
    here.script.join = () => (++asked < 3 ? { error: { code: 'MOVED', message: 'elsewhere', url: gone } } : seated());
    await expect(join(await connected({ random: () => 0 }))).resolves.toMatchObject({ participant: 'p1' });
    expect(here.tokens).toHaveLength(3);
    there = await ScriptedServer.start();
  });

  it('goes nowhere when it is told not to', async () => {
    here.script.join = movedTo(there);
    const made = await connected({ follow: false });
    await expect(join(made)).rejects.toMatchObject({ code: 'MOVED', url: there.url });
    const closed = new Promise<ClientError | null>((resolve) =>
      made.on('status', (status) => status.state === 'closed' && resolve(status.error)),
    );
    here.send({ type: 'moved', room: 'room-1', url: there.url });
    expect((await closed)?.code).toBe('MOVED');
    expect(there.tokens).toEqual([]);
  });

  it('follows when the call moves in its middle, and takes up its subscription', async () => {
    const made = await connected();
    await made.subscribe();
    const again = new Promise<boolean>((resolve) => made.on('connected', (event) => resolve(event.again)));
    here.send({ type: 'moved', room: 'room-1', url: there.url });
    await expect(again).resolves.toBe(true);
    expect(there.requests.map(({ type }) => type)).toEqual(['subscribe']);
    expect(here.sockets.filter(({ readyState }) => readyState === 1)).toHaveLength(0);
  });

  it('comes in by another server of those that it was told of when its own is gone', async () => {
    const made = await connected();
    here.send({ type: 'nodes', urls: [here.url, there.url] });
    await made.request('unsubscribe', {});
    const again = new Promise<boolean>((resolve) => made.on('connected', (event) => resolve(event.again)));
    await here.close();
    await expect(again).resolves.toBe(true);
    expect(there.tokens).toEqual(['a.b.c']);
    here = await ScriptedServer.start();
  });
});

describe('servers that are named', () => {
  it('are followed over TLS only to TLS, and to nothing but HTTP and WebSockets without credentials', () => {
    const sent = (from: string, to: string, follow: ConstructorParameters<typeof Servers>[1] = true) => {
      const servers = new Servers(from, follow);
      return servers.moved(to) ? servers.current : undefined;
    };
    expect(sent('https://a.example/calls', 'wss://b.example/x/ws')).toBe('https://b.example/x/');
    expect(sent('http://a.example', 'http://b.example')).toBe('http://b.example/');
    for (const wrong of ['http://b.example', 'javascript:alert(1)', 'file:///etc', 'https://u:p@b.example', '']) {
      expect(sent('https://a.example', wrong)).toBeUndefined();
    }
    const own = (url: string) => new URL(url).hostname.endsWith('.a.example');
    expect(sent('https://1.a.example', 'https://2.a.example', own)).toBe('https://2.a.example/');
    expect(sent('https://1.a.example', 'https://b.example', own)).toBeUndefined();
  });

  it('are tried in a circle, the one that was given among them', () => {
    const servers = new Servers('http://first', true);
    servers.told(['http://a', 'http://b', 'ftp://c']);
    const tried = [0, 1, 2, 3].map(() => {
      servers.failed();
      return servers.current;
    });
    expect(tried).toEqual(['http://a/', 'http://b/', 'http://first/', 'http://a/']);
  });
});
