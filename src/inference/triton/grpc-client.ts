import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
} from 'node:http2';
import {
  brokenAnswer,
  connectionFailed,
  saidBy,
  ServerFailure,
  timedOut,
  type FailedRequest,
} from './server-failure.js';
import type { TransportOptions } from './transport.js';

export interface UnaryCall {
  /** `/package.Service/Method` */
  path: string;
  message: Uint8Array;
  timeoutMs: number;
  /** Longest message that is taken for an answer. */
  mostBytes: number;
}

/** Status codes of gRPC that say more than that it failed (https://grpc.io/docs/guides/status-codes). */
const STATUS: Readonly<Record<string, FailedRequest>> = {
  4: 'timeout', // DEADLINE_EXCEEDED
  5: 'missing', // NOT_FOUND
  7: 'unauthorised', // PERMISSION_DENIED
  8: 'unavailable', // RESOURCE_EXHAUSTED
  12: 'missing', // UNIMPLEMENTED: it is no such server
  14: 'unavailable', // UNAVAILABLE
  16: 'unauthorised', // UNAUTHENTICATED
};

/** Before each message: a byte that says whether it is compressed, and its length (gRPC over HTTP/2, "Length-Prefixed-Message"). */
const PREFIX = 5;

/** What may be on its way to us before we said that we took it; HTTP/2 begins with 64 KiB. */
const RECEIVE_WINDOW = 1_048_576;

/**
 * Unary calls of gRPC over HTTP/2 (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md) on one connection that is kept and
 * made anew where it went. Node speaks HTTP/2 itself; the common library brings 25 packages for streams, reflection, resolvers and load
 * balancing, of which nothing is used here.
 */
export class GrpcClient {
  readonly #authority: string;
  readonly #options: TransportOptions;
  #session: ClientHttp2Session | null = null;

  /** @param options its `url` is `grpc://HOST:PORT` or `grpcs://HOST:PORT` */
  constructor(options: TransportOptions) {
    this.#options = options;
    this.#authority = options.url.replace(/^grpc(s?):/u, 'http$1:');
  }

  /** @throws ServerFailure */
  call({ path, message, timeoutMs, mostBytes }: UnaryCall): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const ms = Math.max(1, Math.floor(timeoutMs));
      let stream: ClientHttp2Stream | undefined;
      const timer = setTimeout(() => {
        reject(timedOut(ms));
        stream?.close(constants.NGHTTP2_CANCEL);
      }, ms);
      const failed = (error: unknown): void => {
        clearTimeout(timer);
        reject(connectionFailed(error));
        stream?.close(constants.NGHTTP2_CANCEL);
      };
      try {
        stream = this.#connected().request(this.#headers(path, ms));
      } catch (error) {
        // Of a session that is on its way out.
        this.#session = null;
        failed(error);
        return;
      }
      new UnaryAnswer(stream, mostBytes, failed, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      stream.write(prefixOf(message));
      stream.end(message);
    });
  }

  /** Drops the connection: calls under way fail. */
  reset(): void {
    this.#session?.destroy();
    this.#session = null;
  }

  #headers(path: string, ms: number): Record<string, string> {
    const { token } = this.#options;
    return {
      ...{ ':method': 'POST', ':path': path, te: 'trailers', 'content-type': 'application/grpc' },
      ...{ 'user-agent': 'emostream', 'grpc-accept-encoding': 'identity', 'grpc-timeout': `${String(ms)}m` },
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
  }

  #connected(): ClientHttp2Session {
    const known = this.#session;
    if (known && !known.closed && !known.destroyed) return known;
    const { ca } = this.#options;
    const session = connect(this.#authority, { ...(ca && { ca }), settings: { enablePush: false } });
    const gone = (): void => {
      if (this.#session === session) this.#session = null;
    };
    // Calls under way tell it; without them nobody needs to know.
    session.on('error', gone);
    session.on('close', gone);
    // What it has it answers; the next call connects anew.
    session.on('goaway', gone);
    session.once('connect', () => session.setLocalWindowSize(RECEIVE_WINDOW));
    this.#session = session;
    return session;
  }
}

function prefixOf(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeUInt32BE(message.length, 1);
  return prefix;
}

/** Reads the answer to one call. */
class UnaryAnswer {
  readonly #pieces: Buffer[] = [];
  #length = 0;
  #headers: IncomingHttpHeaders = {};
  #over = false;

  constructor(
    stream: ClientHttp2Stream,
    mostBytes: number,
    failed: (error: unknown) => void,
    answered: (message: Uint8Array) => void,
  ) {
    const end = (then: () => void): void => {
      if (this.#over) return;
      this.#over = true;
      then();
    };
    const fail = (error: unknown): void => end(() => failed(error));
    stream.on('response', (headers) => (this.#headers = headers));
    stream.on('trailers', (trailers) => (this.#headers = { ...this.#headers, ...trailers }));
    stream.on('data', (piece: Buffer) => {
      this.#length += piece.length;
      if (this.#length > mostBytes + PREFIX) fail(brokenAnswer('it is longer than what was asked for'));
      else this.#pieces.push(piece);
    });
    stream.on('error', fail);
    stream.on('end', () => {
      try {
        const message = this.#read();
        end(() => answered(message));
      } catch (error) {
        fail(error);
      }
    });
    stream.on('close', () => fail(new ServerFailure('unavailable', 'the connection ended before the answer')));
  }

  /** @throws ServerFailure */
  #read(): Uint8Array {
    const http = Number(this.#headers[':status'] ?? 0);
    const status = this.#headers['grpc-status'];
    if (http === 0) throw new ServerFailure('unavailable', 'the connection ended before the answer');
    if (http === 401 || http === 403) throw new ServerFailure('unauthorised', `it answered ${String(http)}`);
    if (http !== 200 || status === undefined) {
      throw new ServerFailure('unavailable', `it answered ${String(http)} without a status of gRPC`);
    }
    const code = String(status);
    if (code !== '0') {
      const said = saidBy(decoded(String(this.#headers['grpc-message'] ?? '')));
      throw new ServerFailure(STATUS[code] ?? 'refused', `it answered status ${saidBy(code)}${said && ` (${said})`}`);
    }
    const body = Buffer.concat(this.#pieces);
    if (body.length < PREFIX || body[0] !== 0 || body.readUInt32BE(1) !== body.length - PREFIX) {
      throw brokenAnswer('it is no message of gRPC');
    }
    return body.subarray(PREFIX);
  }
}

/** A status message is percent-encoded, if whoever wrote it did so. */
function decoded(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}
