import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { RawData } from 'ws';
import { Bulkhead } from '../../common/bulkhead.js';
import type { Clock } from '../../common/clock.js';
import type { Meter, Refusal } from '../../common/metrics.js';
import { TokenBucket } from '../../common/token-bucket.js';
import type { RefusingSocket } from '../refusing-socket.js';

export interface HostedSocketDeps {
  meter: Meter;
  logger: Logger;
  clock: Clock;
  /** Bytes a second on average; bursts are of four messages of the largest. */
  bytesPerSecond: number;
  maxMessageBytes: number;
  /** Messages a second, over ten seconds. */
  maxMessagesPerSecond: number;
  maxBufferedBytes: number;
}

const RATE_SECONDS = 10;
const READ_COST = 512;
const CLOSE_PATIENCE_MS = 5000;
const MAX_REASON_BYTES = 123;
const POLICY = 1008;
const SLOW = 1013;

/** One WebSocket of the hosted API: what it may send is bounded in bytes and messages, and so is what it leaves unread. */
export class HostedSocket {
  readonly bulkhead: Bulkhead;
  readonly #socket: RefusingSocket;
  readonly #deps: HostedSocketDeps;
  readonly #bytes: TokenBucket;
  readonly #messages: TokenBucket;
  #answersPing = true;
  #ended = false;

  /** @param stream under it @param on what comes, and its end; neither may be called before this returns */
  constructor(
    socket: RefusingSocket,
    stream: Duplex,
    deps: HostedSocketDeps,
    on: { message: (data: Buffer, isBinary: boolean) => void; close: () => void },
  ) {
    this.#socket = socket;
    this.#deps = deps;
    this.bulkhead = new Bulkhead('connection', { ...deps, close: () => socket.terminate() });
    const { clock, maxMessagesPerSecond: perSecond, bytesPerSecond, maxMessageBytes } = deps;
    this.#bytes = new TokenBucket(4 * maxMessageBytes + RATE_SECONDS * bytesPerSecond, bytesPerSecond, clock);
    this.#messages = new TokenBucket(RATE_SECONDS * perSecond, perSecond, clock);
    const { wrap } = this.bulkhead;
    socket.on(
      'message',
      wrap((data: RawData, isBinary: boolean) => {
        if (this.#ended) return;
        if (!this.#messages.take()) return this.#evict('message', 'too many messages');
        // `ws` hands a message over as one Buffer (binaryType nodebuffer).
        on.message(data as Buffer, isBinary);
      }),
    );
    const control = wrap(() => {
      if (!this.#messages.take()) this.#evict('frame', 'too many pings or pongs');
    });
    socket.on('ping', control);
    socket.on('pong', () => {
      this.#answersPing = true;
      control();
    });
    socket.on('error', () => undefined);
    socket.once(
      'close',
      wrap(() => on.close()),
    );
    // `ws` was first to listen, but must not be first to read.
    stream.prependListener(
      'data',
      wrap((chunk: Buffer) => {
        if (!this.#bytes.take(chunk.length + READ_COST)) this.#evict('frame', 'too many bytes');
      }),
    );
  }

  send(message: object): void {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > this.#deps.maxBufferedBytes) {
      this.#deps.meter.count('emostream_dropped_total', { stage: 'server', reason: 'socket-buffer-full' });
      return this.close(SLOW, 'the client reads too slowly');
    }
    socket.send(JSON.stringify(message));
  }

  /** Nothing that comes is read any more. */
  close(code: number, reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket.close(code, Buffer.from(reason).subarray(0, MAX_REASON_BYTES));
    // The other side may never answer, and go on sending.
    setTimeout(() => this.#socket.terminate(), CLOSE_PATIENCE_MS).unref();
  }

  /** One beat: a ping that was not answered before the next ends the connection. */
  beat(): void {
    if (!this.#answersPing) return this.#socket.terminate();
    this.#answersPing = false;
    this.#socket.ping();
  }

  #evict(what: Refusal, why: string): void {
    if (this.#ended) return;
    this.#deps.meter.count('emostream_refused_total', { what });
    this.close(POLICY, `RATE_LIMITED: ${why}`);
    this.#socket.pause();
    setTimeout(() => this.#socket.terminate(), 1000).unref();
  }
}
