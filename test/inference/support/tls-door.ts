import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request, type Server } from 'node:http';
import { connect, createSecureServer, type Http2SecureServer, type IncomingHttpHeaders } from 'node:http2';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { projectFile } from '../../../bench/support/project-file.js';

export const TLS_CERTIFICATE = readFileSync(projectFile('test/server/fixtures/localhost-cert.pem'), 'utf8');
const KEY = readFileSync(projectFile('test/server/fixtures/localhost-key.pem'), 'utf8');
const TLS = { cert: TLS_CERTIFICATE, key: KEY };

/** A reverse proxy with TLS before a server without: it lets in who shows the token. */
export class TlsDoor {
  readonly #server: Server | Http2SecureServer;

  private constructor(server: Server | Http2SecureServer) {
    this.#server = server;
  }

  /** @param behind port of loopback */
  static async open(scheme: 'grpcs' | 'https', behind: number, token: string): Promise<TlsDoor> {
    const letsIn = (shown: string | undefined): boolean => shown === `Bearer ${token}`;
    const server = scheme === 'grpcs' ? http2Door(behind, letsIn) : http1Door(behind, letsIn);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TlsDoor(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
  }
}

type LetsIn = (authorization: string | undefined) => boolean;

function http1Door(behind: number, letsIn: LetsIn): Server {
  return createServer(TLS, (incoming, outgoing) => {
    const { method, url, headers } = incoming;
    if (!letsIn(headers.authorization)) return void outgoing.writeHead(401).end();
    const further = request({ port: behind, host: '127.0.0.1', method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(further);
  });
}

function http2Door(behind: number, letsIn: LetsIn): Http2SecureServer {
  const server = createSecureServer(TLS);
  server.on('stream', (stream, headers) => {
    if (!letsIn(headers.authorization)) return void stream.respond({ ':status': 401 }, { endStream: true });
    const inner = connect(`http://127.0.0.1:${String(behind)}`);
    const { ':method': method, ':path': path, 'content-type': type, 'grpc-timeout': timeout } = headers;
    const further = inner.request({
      ...{ ':method': method, ':path': path, te: 'trailers', 'content-type': type },
      'grpc-timeout': String(timeout),
    });
    let trailers: IncomingHttpHeaders = {};
    further.on('trailers', (given) => (trailers = given));
    further.on('response', (given) => {
      stream.respond(given, { waitForTrailers: true });
      further.pipe(stream);
    });
    stream.on('wantTrailers', () => {
      stream.sendTrailers({ ...trailers });
      inner.close();
    });
    stream.pipe(further);
  });
  return server;
}
