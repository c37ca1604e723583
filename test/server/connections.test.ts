import { once } from 'node:events';
import { get } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { projectFile } from '../../bench/support/project-file.js';
import { RawConnection } from './support/raw-connection.js';
import type { Refusal } from './support/test-client.js';
import { startServer, type TestServer } from './support/test-server.js';

let subject: TestServer | undefined;
let open: RawConnection[] = [];
afterEach(async () => {
  for (const { socket } of open) socket.destroy();
  open = [];
  await subject?.close();
});

async function silent(count: number, address: string): Promise<RawConnection[]> {
  const { port } = subject!.server;
  const connections = await Promise.all(Array.from({ length: count }, () => RawConnection.open(port, address)));
  open.push(...connections);
  return connections;
}

/** The page's questions and a WebSocket, on connections of their own. */
async function othersAreServed(server: TestServer): Promise<void> {
  for (const path of ['/healthz', '/api/info']) {
    const [response] = await once(get(`${server.server.url}${path}`, { agent: false }), 'response');
    expect((response as { statusCode: number }).statusCode).toBe(200);
    (response as { resume(): void }).resume();
  }
  const client = await server.connect();
  await client.request('getRouterCapabilities', {});
  client.socket.terminate();
}

/** Resolves when so many have. */
function firstOf(count: number, promises: readonly Promise<unknown>[]): Promise<void> {
  let left = count;
  return new Promise((resolve) => {
    for (const promise of promises) void promise.then(() => --left === 0 && resolve());
  });
}

const refused = (server: TestServer) => server.meter.value('emostream_refused_total', { what: 'connection' });

describe('silent connections', () => {
  test('2,500 of one address: it has its share, the rest are cut at once and counted, and others are served', async () => {
    subject = await startServer();
    await silent(250, '127.0.0.2');
    for (let n = 0; n < 9; n++) {
      const batch = await silent(250, '127.0.0.2');
      await othersAreServed(subject);
      await Promise.all(batch.map(({ ended }) => ended));
    }
    // On a busy machine the first are cut for their silence meanwhile, and others take their places.
    expect(refused(subject)).toBeGreaterThan(1000);
    await othersAreServed(subject);
  });

  test('2,500 of ten addresses: those who hold most lose their oldest, and others are served', async () => {
    subject = await startServer();
    const all: Awaited<ReturnType<typeof silent>> = [];
    for (let n = 0; n < 10; n++) {
      all.push(...(await silent(250, `127.0.0.${10 + n}`)));
      await othersAreServed(subject);
    }
    // 500 without a token at a time; what the innocent opened was among them for a moment.
    await firstOf(
      2000,
      all.map(({ ended }) => ended),
    );
    // On a busy machine some are cut for their silence before their place is wanted.
    expect(refused(subject)).toBeGreaterThan(500);
    await othersAreServed(subject);
  });

  test('count no more once they are gone', async () => {
    subject = await startServer({ maxConnectionsPerAddress: 2 });
    const connections = await silent(2, '127.0.0.2');
    const [third] = await silent(1, '127.0.0.2');
    await third!.ended;
    for (const { socket } of connections) socket.destroy();
    // The server hears of the end on its own side.
    for (;;) {
      const [again] = await silent(1, '127.0.0.2');
      again!.socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      await again!.ended;
      if (again!.received.startsWith('HTTP/1.1 200')) break;
    }
  });

  test('that come and go as fast as they can are cut after a while, and others are served', async () => {
    subject = await startServer();
    for (let answer = 'any'; answer !== '';) {
      const batch = await silent(99, '127.0.0.2');
      for (const { socket } of batch) socket.destroy();
      const [asking] = await silent(1, '127.0.0.2');
      asking!.socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      await asking!.ended;
      answer = asking!.received;
    }
    expect(refused(subject)).toBeGreaterThan(0);
    await othersAreServed(subject);
  });

  test('WebSockets count among the connections of an address', async () => {
    subject = await startServer({ maxConnectionsPerAddress: 2 });
    await subject.connect();
    await subject.connect();
    await expect(subject.connect()).rejects.toThrow();
  });
});

// Node's own check comes every 30 s, so the limits below lie between ours and that.
describe('slow clients', () => {
  const HALF_A_REQUEST = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ';
  const POST =
    'POST /api/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{';

  test('a silent connection, headers and a body at a byte a second, a TLS handshake that does not begin', async () => {
    const slowed = (subject = await startServer({ openDoor: true }));
    const pem = (name: string) => projectFile(join('test/server/fixtures', name));
    const secured = await startServer({ tlsCert: pem('localhost-cert.pem'), tlsKey: pem('localhost-key.pem') });
    onTestFinished(() => secured.close());
    const handshake = await RawConnection.open(secured.server.port);
    open.push(handshake);
    const secure = handshake.lifetime();
    const slow = async (start: string): Promise<number> => {
      const connection = await RawConnection.open(slowed.server.port);
      open.push(connection);
      if (start) connection.socket.write(start);
      const dribble = setInterval(() => {
        if (start && connection.socket.writable) connection.socket.write('x');
      }, 1000);
      const livedMs = await connection.lifetime();
      clearInterval(dribble);
      return livedMs;
    };
    const [silent, headers, body] = await Promise.all(['', HALF_A_REQUEST, POST].map(slow));
    expect(silent).toBeLessThan(20_000);
    expect(headers).toBeLessThan(20_000);
    expect(body).toBeLessThan(25_000);
    expect(await secure).toBeLessThan(30_000);
    await othersAreServed(slowed);
  });

  test('one that leaves a refused upgrade half open', async () => {
    subject = await startServer();
    const connection = await RawConnection.open(subject.server.port, '127.0.0.1', true);
    open.push(connection);
    const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: x'];
    connection.socket.write(`GET /ws HTTP/1.1\r\nHost: localhost\r\n${upgrade.join('\r\n')}\r\n\r\n`);
    await once(connection.socket, 'end');
    expect(connection.received).toMatch(/^HTTP\/1.1 401 /);
    // It goes on writing into the half that it left open, until the server has closed that too.
    const write = setInterval(() => connection.socket.write('x'), 50);
    await connection.ended;
    clearInterval(write);
  });
});

describe('rates of an address', () => {
  test('a flood of requests is refused, and another address is not', async () => {
    subject = await startServer();
    const { port } = subject.server;
    const status = async (localAddress: string) => {
      const [response] = await once(get({ port, path: '/metrics', localAddress, agent: false }), 'response');
      (response as { resume(): void }).resume();
      return (response as { statusCode: number }).statusCode;
    };
    const answers = [];
    for (let n = 0; n < 60; n++) answers.push(await status('127.0.0.2'));
    expect(answers.filter((code) => code === 200)).toHaveLength(50);
    expect(answers.filter((code) => code === 429)).toHaveLength(10);
    expect(subject.meter.value('emostream_refused_total', { what: 'request' })).toBe(10);
    expect(await status('127.0.0.3')).toBe(200);
  });

  test('a storm of upgrades with bad tokens is refused before the tokens are looked at', async () => {
    subject = await startServer();
    const statuses: number[] = [];
    for (let n = 0; n < 210; n++) {
      await subject.connect({}, { token: 'bad' }).catch((error: Refusal) => statuses.push(error.status));
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(200);
    expect(statuses.filter((status) => status === 429)).toHaveLength(10);
  });
});

describe('behind a trusted proxy', () => {
  const forwarded = (address: string) => ({ headers: { 'X-Forwarded-For': address } });
  const ask = async (url: string, address: string) => (await fetch(`${url}/healthz`, forwarded(address))).status;

  test('it may hold any number of connections, and the limits are those of whom it names', async () => {
    subject = await startServer({ trustedProxies: ['127.0.0.1'], maxConnectionsPerAddress: 2 });
    const { url } = subject.server;
    const clients = [];
    for (const address of ['192.0.2.1', '192.0.2.1', '192.0.2.2', '2001:db8::1', '2001:db8::2']) {
      clients.push(await subject.connect({}, forwarded(address)));
    }
    for (const address of ['192.0.2.1', '2001:db8::3']) {
      await expect(subject.connect({}, forwarded(address))).rejects.toMatchObject({
        status: 503,
        body: { error: { code: 'LIMIT_REACHED' } },
      });
      expect(await ask(url, address)).toBe(503);
    }
    await subject.connect({}, forwarded('192.0.2.3'));
    clients[0]?.socket.terminate();
    // The server hears of the end on its own side.
    while ((await ask(url, '192.0.2.1')) === 503);
    expect(await ask(url, '192.0.2.1')).toBe(200);
  });

  test('nobody else is believed', async () => {
    subject = await startServer({ trustedProxies: ['127.0.0.9'], maxConnectionsPerAddress: 2 });
    await subject.connect({}, forwarded('192.0.2.1'));
    await subject.connect({}, forwarded('192.0.2.2'));
    await expect(subject.connect({}, forwarded('192.0.2.3'))).rejects.toThrow();
  });
});

test('1,000 silent connections to the media port, where WebRTC falls back to TCP, keep nobody out', async () => {
  subject = await startServer();
  const seat = async (subject: TestServer) => {
    const client = await subject.connect();
    await client.join();
    return client.request('createTransport', { direction: 'send' });
  };
  const { iceCandidates } = await seat(subject);
  const tcp = iceCandidates.find(({ protocol }) => protocol === 'tcp') as { port: number; ip: string };
  // mediasoup's worker keeps them (it has no limit of its own, and no time-out); its process may open files by the system's.
  for (let n = 0; n < 10; n++) {
    const connections = await Promise.all(
      Array.from({ length: 100 }, () => RawConnection.open(tcp.port, '127.0.0.2', false, tcp.ip)),
    );
    open.push(...connections);
  }
  expect(open.filter(({ socket }) => socket.destroyed)).toEqual([]);
  await othersAreServed(subject);
  const again = await seat(subject);
  expect(again.iceCandidates).toHaveLength(iceCandidates.length);
  // Who comes after them is still taken.
  const late = await RawConnection.open(tcp.port, '127.0.0.3', false, tcp.ip);
  open.push(late);
  expect(late.socket.destroyed).toBe(false);
  expect(subject.server.pool.alive).toBe(1);
});

test('media over TCP can be left out', async () => {
  subject = await startServer({ rtcTcp: false });
  const client = await subject.connect();
  await client.join();
  const { iceCandidates } = await client.request('createTransport', { direction: 'send' });
  expect(new Set(iceCandidates.map(({ protocol }) => protocol))).toEqual(new Set(['udp']));
});

describe('requests that are asked without awaiting the answers', () => {
  const ask = (path: string, count: number) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(count);

  test('a few are answered in their order', async () => {
    subject = await startServer();
    const [connection] = await silent(1, '127.0.0.2');
    connection!.socket.write(ask('/healthz', 3) + ask('/nothing', 1));
    await connection!.ended;
    expect(connection!.received.match(/HTTP\/1.1 \d+/g)).toEqual([
      'HTTP/1.1 200',
      'HTTP/1.1 200',
      'HTTP/1.1 200',
      'HTTP/1.1 404',
    ]);
  });

  test('thousands end the connection, and leave nothing that keeps the program from ending', async () => {
    subject = await startServer();
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timers();
    const connections = await silent(20, '127.0.0.2');
    for (const { socket } of connections) socket.write(ask('/healthz', 2000));
    await Promise.all(connections.map(({ ended }) => ended));
    expect(subject.meter.value('emostream_refused_total', { what: 'request' })).toBe(20);
    await othersAreServed(subject);
    await vi.waitUntil(() => timers() <= before + 5);
  });
});
