import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ClientError,
  type ClientOptions,
  type ClientStatus,
  EmostreamClient,
  platformSocket,
} from '../../client/lib/index.js';
import { nodeSocket } from '../../client/lib/node.js';
import { ScriptedServer, until } from './support/scripted-server.js';

let server: ScriptedServer;
const clients: EmostreamClient[] = [];

function client(change: Partial<ClientOptions> = {}): EmostreamClient {
  const reconnect = { initialMs: 5, maxMs: 20 };
  const made = new EmostreamClient({ server: server.url, token: 'a.b.c', socket: nodeSocket, reconnect, ...change });
  clients.push(made);
  return made;
}

async function connected(change: Partial<ClientOptions> = {}): Promise<EmostreamClient> {
  const made = client(change);
  await made.connect();
  return made;
}

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof ClientError ? error.code : String(error)),
  );

const jwt = (claims: object): string => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;

beforeEach(async () => {
  server = await ScriptedServer.start();
});
afterEach(async () => {
  for (const made of clients.splice(0)) made.close();
  await server.close();
});

for (const [name, socket] of [
  ['ws', nodeSocket],
  ['the platform’s WebSocket', platformSocket],
] as const) {
  describe(`the client over ${name}`, () => {
    it('answers a request with its checked result', async () => {
      server.script.setConsent = ({ consent }) => ({
        consent: { ...consent, words: false },
        showWords: false,
      });
      const made = await connected({ socket });
      const consent = { face: true, voice: false, words: true };
      await expect(made.request('setConsent', { consent })).resolves.toEqual({
        consent: { face: true, voice: false, words: false },
        showWords: false,
      });
      expect(server.tokens).toEqual(['a.b.c']);
    });

    it('fails to connect where nobody listens', async () => {
      const { url } = server;
      await server.close();
      expect(await codeOf(client({ server: url, socket }).connect())).toBe('UNREACHABLE');
      server = await ScriptedServer.start();
    });

    it('connects again after the connection was cut', async () => {
      const made = await connected({ socket });
      const again = new Promise<boolean>((resolve) => made.on('connected', (event) => resolve(event.again)));
      server.cut();
      await expect(again).resolves.toBe(true);
      await expect(made.request('unsubscribe', {})).resolves.toEqual({});
    });
  });
}

describe('a request', () => {
  it('fails with the server’s code and words', async () => {
    server.script.join = () => ({ error: { code: 'LIMIT_REACHED', message: 'the room is full' } });
    const made = await connected();
    const consent = { face: false, voice: false, words: false };
    const join = made.request('join', { name: 'A', rtpCapabilities: {}, consent });
    await expect(join).rejects.toMatchObject({ code: 'LIMIT_REACHED', message: 'the room is full' });
  });

  it('fails with TIMEOUT when no answer comes, and what follows still works', async () => {
    server.script.leave = () => 'never';
    const made = await connected({ requestTimeoutMs: 30 });
    expect(await codeOf(made.request('leave', {}))).toBe('TIMEOUT');
    // The answer that comes too late belongs to nobody.
    server.send({ type: 'response', id: server.requests[0]?.id, ok: true, data: {} });
    await expect(made.request('unsubscribe', {})).resolves.toEqual({});
  });

  it('fails with LIMIT_REACHED when too many wait, until one is answered', async () => {
    server.script.leave = () => 'never';
    const made = await connected({ maxPending: 2 });
    const waiting = [made.request('leave', {}), made.request('leave', {})];
    expect(await codeOf(made.request('unsubscribe', {}))).toBe('LIMIT_REACHED');
    await until(() => server.requests.length === 2);
    server.send({ type: 'response', id: server.requests[0]?.id, ok: true, data: {} });
    await waiting[0];
    await expect(made.request('unsubscribe', {})).resolves.toEqual({});
    made.close();
    expect(await codeOf(waiting[1]!)).toBe('CLOSED');
  });

  it('fails when the connection is lost, and while there is none', async () => {
    server.script.leave = (_request, socket) => {
      socket.terminate();
      return 'never';
    };
    const made = await connected({ reconnect: { initialMs: 10_000 } });
    expect(await codeOf(made.request('leave', {}))).toBe('CLOSED');
    expect(made.status.state).toBe('waiting');
    expect(await codeOf(made.request('unsubscribe', {}))).toBe('CLOSED');
  });

  it('fails with BAD_REPLY when the answer has another form', async () => {
    server.script.produce = () => ({ producer: 7 });
    const made = await connected();
    const rtpParameters = { codecs: [{ mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 }] };
    const produce = made.request('produce', { transportId: 't', source: 'camera', kind: 'video', rtpParameters });
    expect(await codeOf(produce)).toBe('BAD_REPLY');
  });
});

describe('a message the client does not understand', () => {
  it.each([
    ['no JSON', 'hello {'],
    ['a known type with a wrong field', { type: 'peerLeft', participant: 7, reason: 'left' }],
    ['a list', []],
  ])('is reported and ignored: %s', async (_name, message) => {
    const made = await connected();
    const invalid = new Promise<ClientError>((resolve) => made.on('invalid', resolve));
    server.send(message);
    expect((await invalid).code).toBe('BAD_REPLY');
    await expect(made.request('unsubscribe', {})).resolves.toEqual({});
  });
});

describe('a refused connection', () => {
  it('says why, and is not tried again', async () => {
    const made = await connected();
    const body = JSON.stringify({ error: { code: 'UNAUTHENTICATED', message: 'the token has expired' } });
    server.refusal = { status: 401, body };
    const closed = new Promise<ClientStatus>((resolve) => {
      made.on('status', (status) => {
        if (status.state === 'closed') resolve(status);
      });
    });
    server.cut();
    expect(await closed).toMatchObject({ error: { code: 'UNAUTHENTICATED', message: 'the token has expired' } });
    expect(server.tokens).toHaveLength(2);
  });

  it('of a proxy is told by its status', async () => {
    server.refusal = { status: 503, body: '<html>busy</html>' };
    expect(await codeOf(client().connect())).toBe('OVERLOADED');
  });

  it('is tried again while the server is away', async () => {
    const made = await connected();
    const { port } = server;
    await server.close();
    await until(() => made.status.state === 'waiting');
    const again = new Promise((resolve) => made.once('connected', resolve));
    server = await ScriptedServer.start(port);
    await again;
  });

  it('after close() is not tried again', async () => {
    const made = await connected({ reconnect: { initialMs: 10_000 } });
    server.cut();
    await until(() => made.status.state === 'waiting');
    made.close();
    expect(made.status).toEqual({ state: 'closed', error: null });
    const states: ClientStatus[] = [];
    made.on('status', (status) => states.push(status));
    made.reconnect();
    await expect(made.request('unsubscribe', {})).rejects.toThrow(ClientError);
    expect(states).toEqual([]);
  });

  it('because the server closes or restarts (1012) is followed by another connection', async () => {
    const made = await connected();
    const states: string[] = [];
    made.on('status', ({ state }) => states.push(state));
    server.send({ type: 'serverClosing' });
    server.sockets[0]?.close(1012, 'CLOSED: the server closes or restarts; connect again');
    await until(() => states.at(-1) === 'open');
    expect(states).toEqual(['waiting', 'connecting', 'open']);
  });

  it('by a close code keeps the server’s code', async () => {
    const made = await connected({ reconnect: false });
    const closed = new Promise<ClientStatus>((resolve) => made.on('status', resolve));
    for (const socket of server.sockets) socket.close(1008, 'RATE_LIMITED: too many messages');
    expect(await closed).toMatchObject({ error: { code: 'RATE_LIMITED', message: 'too many messages' } });
  });

  it('because another window took the seat is final', async () => {
    const made = await connected();
    const closed = new Promise<ClientStatus>((resolve) => made.on('status', resolve));
    for (const socket of server.sockets) socket.close(4001, 'replaced');
    expect(await closed).toMatchObject({ state: 'closed', error: { code: 'FORBIDDEN' } });
  });
});

describe('the token', () => {
  it('is asked for anew for every connection', async () => {
    let count = 0;
    const made = await connected({ token: () => Promise.resolve(`t.o.${++count}`) });
    const again = new Promise((resolve) => made.once('connected', resolve));
    server.cut();
    await again;
    expect(server.tokens).toEqual(['t.o.1', 't.o.2']);
  });

  it('that ends while the socket is open is asked for anew where it can be, and is the end where it cannot', async () => {
    const ended = 'UNAUTHENTICATED: the access token has ended: connect again with a new one';
    let given = 0;
    const renewing = await connected({ token: () => Promise.resolve(`a.b.${++given}`) });
    server.sockets[0]?.close(4002, ended);
    await until(() => renewing.status.state === 'open' && given === 2);
    expect(server.tokens).toEqual(['a.b.1', 'a.b.2']);
    renewing.close();

    const fixed = await connected();
    for (const socket of server.sockets) socket.close(4002, ended);
    await until(() => fixed.status.state === 'closed');
    expect((fixed.status as Extract<ClientStatus, { state: 'closed' }>).error?.code).toBe('UNAUTHENTICATED');
  });

  it('is renewed on the open socket before its end, where it can be asked for anew, and not in a circle', async () => {
    let given = 0;
    server.script.renew = () => ({ expiresAt: 1 });
    await connected({ token: () => Promise.resolve(`a.b.${++given}`) });
    await connected();
    for (let index = 0; index < 3; index++) server.send({ type: 'tokenExpiring', expiresAt: 0 });
    await until(() => server.requestsOf('renew').length > 0);
    expect(server.requestsOf('renew')).toMatchObject([{ token: 'a.b.2' }]);
    expect(given).toBe(2);
  });

  it('is judged by the server alone: the clock of this machine may be wrong', async () => {
    const token = jwt({ room: 'r', exp: 1_000_000 });
    await connected({ token });
    expect(server.tokens).toEqual([token]);
  });
});

it('a probe without an answer makes a new connection', async () => {
  const made = await connected();
  server.script.getRouterCapabilities = () => 'never';
  const again = new Promise((resolve) => made.once('connected', resolve));
  await made.probe(20);
  await again;
  expect(server.tokens).toHaveLength(2);
});
