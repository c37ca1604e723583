import { connect } from 'node:net';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SECRET, startServer, type TestServer } from './support/test-server.js';
import { type Refusal, TestClient, type TestClientOptions } from './support/test-client.js';

let subject: TestServer;
beforeAll(async () => {
  subject = await startServer({ allowedOrigins: ['https://calls.example'] });
});
afterAll(() => subject.close());

async function refusal(options: TestClientOptions): Promise<{ status: number; code: string; message: string }> {
  const error = await TestClient.connect(subject.server.port, options).then(
    () => {
      throw new Error('the upgrade was accepted');
    },
    (refused: Refusal) => refused,
  );
  const { code, message } = (error.body as { error: { code: string; message: string } }).error;
  return { status: error.status, code, message };
}

const sign = (claims: object, secret = SECRET, alg = 'HS256') =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));
const soon = () => Math.floor(Date.now() / 1000) + 60;

describe('the token', () => {
  test.each(['header', 'subprotocol'] as const)('opens the door by %s', async (by) => {
    const client = await subject.connect({}, { by });
    expect(client.socket.protocol).toBe('emostream.v1');
    client.socket.close();
  });

  test('is not asked for in versions of the protocol that are not spoken', async () => {
    const socket = connect(subject.server.port, '127.0.0.1');
    const headers = [
      ...['GET /ws HTTP/1.1', 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket'],
      ...['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='],
      ...['Sec-WebSocket-Protocol: emostream.v9', `Authorization: Bearer ${await subject.token()}`],
    ];
    socket.end(`${headers.join('\r\n')}\r\n\r\n`);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1.1 400 [^]*emostream\.v1/);
  });

  test('missing', async () => {
    expect(await refusal({})).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  });

  test.each<[string, () => Promise<string> | string, RegExp]>([
    ['garbage', () => 'not-a-token', /not an HS256/],
    [
      'signed with another secret',
      () => sign({ room: 'room', exp: soon() }, 'another-secret-of-32-characters-ok'),
      /another secret/,
    ],
    ['signed with another algorithm', () => sign({ room: 'room', exp: soon() }, SECRET, 'HS384'), /not an HS256/],
    ['expired', () => sign({ room: 'room', exp: soon() - 600 }), /expired/],
    ['without an end', () => sign({ room: 'room' }), /"exp"/],
    ['without a room', () => sign({ exp: soon() }), /"room"/],
    ['for a room that cannot be', () => sign({ room: 'a/b', exp: soon() }), /claims/],
    ['with a grant that is no boolean', () => sign({ room: 'room', publish: 'yes', exp: soon() }), /claims/],
    [
      'unsigned',
      () => `${btoa('{"alg":"none"}')}.${btoa(`{"room":"room","publish":true,"exp":${soon()}}`)}.`.replaceAll('=', ''),
      /not an HS256/,
    ],
  ])('%s', async (_name, token, message) => {
    expect(await refusal({ token: await token(), by: 'header' })).toEqual({
      status: 401,
      code: 'UNAUTHENTICATED',
      message: expect.stringMatching(message) as string,
    });
  });
});

describe('the origin', () => {
  test.each(['same', 'https://calls.example'])('%s may connect', async (origin) => {
    const own = `http://127.0.0.1:${subject.server.port}`;
    const client = await subject.connect({}, { origin: origin === 'same' ? own : origin });
    client.socket.close();
  });

  test.each(['https://evil.example', 'null', 'https://calls.example.evil.example', 'http://127.0.0.1:1'])(
    '%s may not',
    async (origin) => {
      const token = await subject.token();
      expect(await refusal({ token, origin })).toMatchObject({ status: 403, code: 'ORIGIN_REFUSED' });
    },
  );
});

test('another path is no WebSocket', async () => {
  expect(await refusal({ token: await subject.token(), path: '/other' })).toMatchObject({ status: 404 });
});

test('past maxSockets the next is refused, and admitted again when one has gone', async () => {
  const small = await startServer({ maxSockets: 2 });
  const first = await small.connect();
  await small.connect();
  await expect(small.connect()).rejects.toMatchObject({ status: 503, body: { error: { code: 'LIMIT_REACHED' } } });
  first.socket.terminate();
  await first.ended();
  // The server hears of the end on its own side; a refused attempt costs nothing.
  for (;;) {
    const again = await small.connect().catch((error: Refusal) => error.status);
    if (again !== 503) break;
  }
  await small.close();
});

test('a connection that is reset in the middle of its upgrade does not hurt the server', async () => {
  const token = await subject.token();
  for (let n = 0; n < 20; n++) {
    await new Promise<void>((resolve) => {
      const socket = connect(subject.server.port, '127.0.0.1', () => {
        socket.write(
          `GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
            `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer ${n % 2 ? token : 'x'}\r\n\r\n`,
          () => socket.resetAndDestroy(),
        );
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve());
    });
  }
  const client = await subject.connect();
  await client.request('getRouterCapabilities', {});
  client.socket.close();
});

describe('development mode', () => {
  test('answers to localhost only, whatever name points here', async () => {
    const open = await startServer({ jwtSecret: undefined });
    expect(open.server.development).toBe(true);
    const ask = (host: string) =>
      fetch(`${open.server.url}/api/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"room":"room"}',
      }).then(async (response) => ({ host, token: ((await response.json()) as { token: string }).token }));
    const { token } = await ask('127.0.0.1');
    const client = await TestClient.connect(open.server.port, { token });
    client.socket.close();
    const rebound = TestClient.connect(open.server.port, {
      token,
      host: 'evil.example',
      origin: 'http://evil.example',
    });
    await expect(rebound).rejects.toMatchObject({ status: 403, body: { error: { code: 'ORIGIN_REFUSED' } } });
    await open.close();
  });
});
