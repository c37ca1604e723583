import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer as createHttp, type Server } from 'node:http';
import { createServer as createHttp2, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { createServer as createTcp, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { transportTo } from '../../src/inference/triton/transports.js';
import type { InferenceTransport } from '../../src/inference/triton/transport.js';

const request = {
  ...{ model: 'm', output: 'encoded', shape: [1, 64] },
  inputs: [{ name: 'x', values: new Float32Array(64), shape: [1, 64] }],
};
/** For what must come; a hang is found by it. */
const LONG_MS = 20_000;
const SHORT_MS = 150;

const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0)) close();
});

async function to(scheme: 'grpc' | 'http', server: Server | Http2Server | TcpServer): Promise<InferenceTransport> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const transport = await transportTo({
    url: `${scheme}://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
  });
  opened.push(() => {
    transport.reset();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return transport;
}

const failing = (outcome: string, text: RegExp) => ({
  ...{ code: 'ENGINE_UNAVAILABLE', outcome },
  message: expect.stringMatching(text) as string,
});

it('loads gRPC only where a server is asked by it', async () => {
  const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('@grpc'));
  await transportTo({ url: 'http://127.0.0.1:1' });
  expect(loaded()).toBe(false);
  await transportTo({ url: 'grpc://127.0.0.1:1' });
  expect(loaded()).toBe(true);
});

describe('by HTTP', () => {
  it.each([
    ['an answer that is not JSON', 200, 'hello', 'broken', /cannot be read/u],
    ['an endless answer', 200, 'x'.repeat(200_000), 'broken', /longer than what was asked for/u],
    ['an answer of another model', 200, '{"outputs":[]}', 'broken', /one output/u],
    [
      'an error that it explains',
      400,
      '{"error":"no\\nsuch\\u001b[31m thing"}',
      'refused',
      /^it answered 400 \(no such \[31m thing\)$/u,
    ],
    [
      'an error with very many words',
      500,
      `{"error":"${'x'.repeat(9000)}"}`,
      'refused',
      /^it answered 500 \(x{200}…\)$/u,
    ],
    ['a closed door', 401, '', 'unauthorised', /401/u],
    ['no such model', 404, '', 'missing', /404/u],
    ['a proxy whose server is gone', 502, '<html>', 'unavailable', /502/u],
  ])('%s is an error that says so', async (_, status, body, outcome, text) => {
    const transport = await to(
      'http',
      createHttp((_incoming, outgoing) => outgoing.writeHead(status).end(body)),
    );
    await expect(transport.infer(request, LONG_MS)).rejects.toMatchObject(failing(outcome, text));
  });

  it('a server that answers nothing, or drop by drop, is given up in time', async () => {
    for (const drip of [false, true]) {
      const server = createHttp((_incoming, outgoing) => {
        if (!drip) return;
        const timer = setInterval(() => outgoing.write('{'), 10);
        outgoing.on('close', () => clearInterval(timer));
      });
      const transport = await to('http', server);
      await expect(transport.infer(request, SHORT_MS)).rejects.toMatchObject(failing('timeout', /within 150 ms/u));
    }
  });

  it('a server that hangs up in the middle, or speaks another protocol, is an error', async () => {
    const rude = await to(
      'http',
      createTcp((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nxx')),
    );
    await expect(rude.infer(request, LONG_MS)).rejects.toMatchObject(failing('unavailable', /connection failed/u));
    const strange = await to(
      'http',
      createTcp((socket) => socket.end('SSH-2.0-x\r\n')),
    );
    await expect(strange.infer(request, LONG_MS)).rejects.toMatchObject(failing('unavailable', /connection failed/u));
  });
});

describe('by gRPC', () => {
  type Answer = (stream: ServerHttp2Stream) => void;
  const GRPC = { ':status': 200, 'content-type': 'application/grpc' };
  const grpcServer = (answer: Answer) => {
    const server = createHttp2();
    server.on('stream', (stream) => {
      stream.on('error', () => stream.close());
      answer(stream);
    });
    return to('grpc', server);
  };
  const status =
    (code: string, message?: string): Answer =>
    (stream) =>
      stream.respond(
        { ...GRPC, 'grpc-status': code, ...(message && { 'grpc-message': message }) },
        { endStream: true },
      );
  const body =
    (...pieces: Buffer[]): Answer =>
    (stream) => {
      stream.respond(GRPC, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.concat(pieces));
    };
  const prefix = (compressed: number, length: number) => Buffer.from([compressed, 0, 0, 0, length]);

  it.each<[string, Answer, string, RegExp]>([
    ['an error that it explains', status('3', 'no%20such%0Athing'), 'refused', /^INVALID_ARGUMENT \(no such thing\)$/u],
    ['a status that nobody knows, with very many words', status('99', 'x'.repeat(9000)), 'refused', /\(x{200}…\)$/u],
    ['a model that it does not have', status('5'), 'missing', /NOT_FOUND/u],
    ['a queue that is full', status('8'), 'unavailable', /RESOURCE_EXHAUSTED/u],
    ['a deadline', status('4'), 'timeout', /did not answer/u],
    ['a closed door', (stream) => stream.respond({ ':status': 403 }, { endStream: true }), 'unauthorised', /403/u],
    [
      'a web server',
      (stream) => (stream.respond({ ':status': 200 }), stream.end('<html>')),
      'unavailable',
      /larger than max/u,
    ],
    ['an answer that is none', body(), 'missing', /No message/u],
    ['a message with less than it says', body(prefix(0, 9), Buffer.from('abc')), 'missing', /No message/u],
    ['a message compressed by nothing', body(prefix(1, 3), Buffer.from('abc')), 'refused', /it failed/u],
    ['no protocol buffer', body(prefix(0, 3), Buffer.alloc(3, 255)), 'broken', /cannot be read/u],
    ['a stream that is reset', (stream) => stream.close(2), 'refused', /RST_STREAM/u],
    ['a connection that is cut', (stream) => stream.session?.destroy(), 'unavailable', /Connection dropped/u],
  ])('%s is an error that says so', async (_, answer, outcome, text) => {
    const transport = await grpcServer(answer);
    await expect(transport.infer(request, LONG_MS)).rejects.toMatchObject(failing(outcome, text));
    // And the next call says the same: nothing is left in a state of its own.
    await expect(transport.infer(request, LONG_MS)).rejects.toMatchObject(failing(outcome, text));
  });

  it('a server that answers nothing, or more than one message, is given up in time, and told how long there was', async () => {
    let told: unknown;
    const server = createHttp2();
    server.on('stream', (_stream, headers) => (told = headers['grpc-timeout']));
    for (const transport of [await to('grpc', server), await grpcServer(body(prefix(0, 3), Buffer.alloc(200_000)))]) {
      await expect(transport.infer(request, SHORT_MS)).rejects.toMatchObject(failing('timeout', /within 150 ms/u));
    }
    expect(Number(/^(\d+)m$/u.exec(String(told))?.[1])).toBeLessThanOrEqual(SHORT_MS);
  });

  it('what is under way fails at once where the connection is dropped', async () => {
    const server = createHttp2();
    const asked = once(server, 'stream');
    const transport = await to('grpc', server);
    const call = transport.infer(request, LONG_MS);
    await asked;
    transport.reset();
    await expect(call).rejects.toMatchObject(failing('unavailable', /CANCELLED/u));
  });

  it('whatever is no HTTP/2, or nobody at all, is an error', async () => {
    const strange = await to(
      'grpc',
      createTcp((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    await expect(strange.infer(request, LONG_MS)).rejects.toMatchObject(failing('unavailable', /UNAVAILABLE/u));
    const nobody = await transportTo({ url: 'grpc://127.0.0.1:1' });
    await expect(nobody.metadata('m', LONG_MS)).rejects.toMatchObject(failing('unavailable', /ECONNREFUSED/u));
  });

  it('a connection that ends is made anew for the next call', async () => {
    let calls = 0;
    const transport = await grpcServer((stream) => {
      calls++;
      status('8')(stream);
      stream.session?.close();
    });
    // A call may be on its way as the connection ends, and is refused: it is for the caller to make it again.
    for (let tries = 0; calls < 3; tries++) {
      expect(tries).toBeLessThan(7);
      await expect(transport.infer(request, LONG_MS)).rejects.toMatchObject({ outcome: 'unavailable' });
    }
  });
});
