import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import * as https from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { infoSchema, tokenResponseSchema } from '../../src/server/protocol.js';
import { verifyToken } from '../../src/server/tokens.js';
import { TestClient } from './support/test-client.js';
import { ALL, SECRET, startServer, type TestServer } from './support/test-server.js';

let open: TestServer;
let shut: TestServer;
let dir: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'emostream-page-'));
  mkdirSync(join(dir, 'page', 'assets'), { recursive: true });
  writeFileSync(join(dir, 'page', 'index.html'), '<!doctype html><title>call</title>');
  writeFileSync(join(dir, 'page', 'assets', 'app-1a2b.js'), 'export {}');
  writeFileSync(join(dir, 'page', 'emostream.js'), 'export {}');
  writeFileSync(join(dir, 'secret.txt'), 'secret');
  open = await startServer(
    { openDoor: true, allowFace: false, allowedOrigins: ['https://friend.example'] },
    { clientDir: join(dir, 'page') },
  );
  shut = await startServer({}, { clientDir: join(dir, 'nowhere') });
});
afterAll(async () => {
  await Promise.all([open.close(), shut.close()]);
  rmSync(dir, { recursive: true });
});

const post = (server: TestServer, body: string, headers: Record<string, string> = {}) =>
  fetch(`${server.server.url}/api/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
const errorOf = async (response: Response) => ((await response.json()) as { error: { code: string } }).error.code;

/** A request with a path as written: fetch would tidy it. */
async function raw(server: TestServer, path: string): Promise<{ status: number; body: string }> {
  const sent = request({ port: server.server.port, host: '127.0.0.1', path }).end();
  const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode ?? 0, body };
}

describe('GET /api/info', () => {
  test('tells the page what it must know', async () => {
    const response = await fetch(`${open.server.url}/api/info`);
    expect(infoSchema.parse(await response.json())).toEqual({
      version: '0.0.0-test',
      passedOver: [],
      openDoor: true,
      policy: { ...ALL, face: false },
      engine: 'none',
      model: 'none',
      speech: { state: 'off', language: null },
      voiceEncoder: 'off',
      protocols: ['emostream.v1'],
    });
    expect(response.headers.get('cache-control')).toBe('no-store');
  });
});

test('GET /ws without an upgrade answers 426 and names the proxy', async () => {
  const response = await fetch(`${open.server.url}/ws`);
  expect(response.status).toBe(426);
  expect(response.headers.get('upgrade')).toBe('websocket');
  expect(((await response.json()) as { error: { message: string } }).error.message).toMatch(/proxy/);
});

describe('POST /api/token', () => {
  test('gives a token that opens the room for publishing and subscribing', async () => {
    const response = await post(open, '{"room":"room"}');
    const { token, expiresAt } = tokenResponseSchema.parse(await response.json());
    expect(expiresAt).toBeGreaterThan(Date.now());
    const identity = await verifyToken({ secret: new TextEncoder().encode(SECRET) }, token, Date.now());
    expect(identity.grants).toEqual({
      ...{ room: 'room', publish: true, subscribe: true },
      ...{ moderate: false, transcript: false, names: false, record: false, replay: false },
    });
    const client = await TestClient.connect(open.server.port, { token });
    await client.join();
    client.socket.close();
  });

  test('is refused where the door is shut', async () => {
    const response = await post(shut, '{"room":"room"}');
    expect(response.status).toBe(403);
    expect(await errorOf(response)).toBe('FORBIDDEN');
  });

  test.each([
    ['a room that cannot be', '{"room":"a/b"}', {}, 400, 'BAD_MESSAGE'],
    ['every room', '{"room":"*"}', {}, 400, 'BAD_MESSAGE'],
    ['no JSON', 'room', {}, 400, 'BAD_MESSAGE'],
    [
      'a form, as another site’s page could send it',
      '{"room":"room"}',
      { 'content-type': 'text/plain' },
      400,
      'BAD_MESSAGE',
    ],
    ['a large body', JSON.stringify({ room: 'r'.repeat(5000) }), {}, 413, 'MESSAGE_TOO_LARGE'],
    ['another origin', '{"room":"room"}', { origin: 'https://evil.example' }, 403, 'ORIGIN_REFUSED'],
  ])('refuses %s', async (_name, body, headers, status, code) => {
    const response = await post(open, body, headers as Record<string, string>);
    expect(response.status).toBe(status);
    expect(await errorOf(response)).toBe(code);
  });

  test('is rate limited', async () => {
    const limited = await startServer({ openDoor: true });
    const answers = await Promise.all(Array.from({ length: 100 }, () => post(limited, '{"room":"room"}')));
    const statuses = new Set(answers.map((answer) => answer.status));
    expect(statuses).toEqual(new Set([200, 429]));
    await limited.close();
  });

  test('wants POST', async () => {
    const response = await fetch(`${open.server.url}/api/token`);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });
});

describe('the page', () => {
  test('is served with headers that keep it safe', async () => {
    const response = await fetch(open.server.url);
    expect(await response.text()).toContain('<title>call</title>');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(response.headers.get('permissions-policy')).toContain(
      'camera=(self), microphone=(self), display-capture=(self)',
    );
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    const asset = await fetch(`${open.server.url}/assets/app-1a2b.js`);
    expect(asset.headers.get('content-type')).toContain('javascript');
    expect(asset.headers.get('cache-control')).toContain('immutable');
  });

  test.each([
    '/nothing',
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/../../secret.txt',
    '//',
    '/%',
    '/__proto__',
  ])('%s is not found', async (path) => {
    const { status, body } = await raw(open, path);
    expect(body).not.toContain('secret');
    // "//" is the page itself to some servers; nothing else is there.
    if (path === '//') expect([200, 404]).toContain(status);
    else expect(status).toBe(404);
  });

  test('says how to build it where it was not', async () => {
    const response = await fetch(shut.server.url);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('npm run build');
  });
});

describe('pages of other origins', () => {
  const friend = 'https://friend.example';
  const preflight = (origin: string) =>
    fetch(`${open.server.url}/api/token`, { method: 'OPTIONS', headers: { origin } });

  test('may ask where they are allowed to', async () => {
    expect((await preflight(friend)).headers.get('access-control-allow-origin')).toBe(friend);
    const response = await post(open, '{"room":"room"}', { origin: friend });
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe(friend);
  });

  test('may not where they are not', async () => {
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });

  test('may all load the overlay library', async () => {
    const response = await fetch(`${open.server.url}/emostream.js`);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    const page = await fetch(open.server.url);
    expect(page.headers.get('access-control-allow-origin')).toBeNull();
  });
});

test.each([
  ['/metrics', 'metrics'],
  ['/healthz', 'ok'],
  ['/readyz', 'ready'],
])('%s is the telemetry’s', async (path, text) => {
  expect(await (await fetch(open.server.url + path)).text()).toBe(text);
});

test('a handler that fails answers 500 without details', async () => {
  const failing = await startServer(
    {},
    {
      telemetry: {
        metrics: () => Promise.reject(new Error('inner detail')),
        healthz: () => undefined,
        readyz: () => undefined,
      },
    },
  );
  const response = await fetch(`${failing.server.url}/metrics`);
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('inner detail');
  await failing.close();
});

test('TLS serves the page and the WebSocket', async () => {
  const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
  const secure = await startServer(
    { tlsCert: fixture('localhost-cert.pem'), tlsKey: fixture('localhost-key.pem') },
    { clientDir: join(dir, 'page') },
  );
  expect(secure.server.url).toMatch(/^https:/);
  const ca = readFileSync(fixture('localhost-cert.pem'));
  const sent = https.get(`${secure.server.url}/api/info`, { ca });
  const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
  expect(response.statusCode).toBe(200);
  expect(response.headers['strict-transport-security']).toContain('max-age');
  response.resume();
  await secure.close();
});

test('a port that is taken is an error that says so, and leaves no worker running', async () => {
  const taken = createTcpServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  await expect(startServer({ httpPort: port })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('another program listens') as string,
  });
  taken.close();
});
