import type { Logger } from 'pino';
import type { RawData } from 'ws';
import { Bulkhead } from '../common/bulkhead.js';
import type { Clock } from '../common/clock.js';
import { EmostreamError, toEmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import type { JournalCursor } from '../events/bus.js';
import type { EventRecord } from '../events/event-record.js';
import type { ParticipantCloseReason } from '../sfu/index.js';
import { EventOutbox } from './event-outbox.js';
import { parseRequest } from './parse-request.js';
import type { Notification, Request, Response } from './protocol.js';
import type { ReplayTurns } from './replay-turns.js';
import type { RefusingSocket } from './refusing-socket.js';
import { TokenBucket } from './token-bucket.js';

export interface ConnectionOptions {
  maxMessagesPerSecond: number;
  maxBufferedBytes: number;
  clock: Clock;
  meter: Meter;
  logger: Logger;
  turns: ReplayTurns;
  /** Answers one request: the `data` of its response. May throw an EmostreamError. */
  handle: (request: Request, arrivalMs: number) => Promise<unknown>;
  /** Runs right after a response was sent. */
  afterResponse: () => void;
  onClose: (reason: ConnectionEnd) => void;
}

/** Why a socket went, as the others in the room hear it. */
export type ConnectionEnd = Exclude<ParticipantCloseReason, 'worker-died'>;

/** The rate is averaged over so many seconds: a burst of joining may be dense. */
const RATE_WINDOW_SECONDS = 10;
/** Messages beyond the rate that are answered with an error; the next closes the socket. */
const MAX_VIOLATIONS = 20;
/** Requests waiting for those before them. */
const MAX_PENDING = 128;
const MAX_HELD_EVENTS = 64;
/** Unsent bytes, in units of the bound, at which a socket is closed. */
const CLOSE_FACTOR = 4;
const ABNORMAL_CLOSE = 1006;
const MAX_CLOSE_REASON_BYTES = 123;

/** One WebSocket: reads requests one after the other, answers, and sends no more than the other side takes. */
export class Connection {
  readonly #socket: RefusingSocket;
  readonly #options: ConnectionOptions;
  readonly #bucket: TokenBucket;
  readonly #outbox: EventOutbox;
  /** An error in what this socket causes ends no more than this socket, and the seat of whoever has it. */
  readonly bulkhead: Bulkhead;
  #queue: Promise<void> = Promise.resolve();
  #pending = 0;
  #violations = 0;
  #unansweredPings = 0;
  #end: ConnectionEnd | undefined;

  constructor(socket: RefusingSocket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.bulkhead = new Bulkhead('connection', { ...options, close: () => this.terminate('failed') });
    const perSecond = options.maxMessagesPerSecond;
    this.#bucket = new TokenBucket(perSecond * RATE_WINDOW_SECONDS, perSecond, options.clock);
    this.#outbox = new EventOutbox({
      maxBufferedBytes: options.maxBufferedBytes,
      maxHeld: MAX_HELD_EVENTS,
      bufferedBytes: () => socket.bufferedAmount,
      send: (event) => this.#write(event.text),
      sendMissed: (missed) => this.notify({ type: 'missed', room: this.subscribedRoom, ...missed }),
      turns: options.turns,
      onDrop: () => options.meter.count('emostream_dropped_total', { stage: 'server', reason: 'slow-subscriber' }),
    });
    const { wrap } = this.bulkhead;
    socket.on(
      'message',
      wrap((data: RawData, isBinary: boolean) => this.#onMessage(data, isBinary)),
    );
    socket.on(
      'pong',
      wrap(() => (this.#unansweredPings = 0)),
    );
    socket.on(
      'error',
      wrap((error: Error & { code?: string }) => this.#onError(error)),
    );
    socket.once(
      'close',
      wrap((code: number) => {
        const end = this.#end ?? (code === ABNORMAL_CLOSE ? 'timed-out' : 'left');
        this.bulkhead.steps(
          () => this.#outbox.clear(),
          () => options.onClose(end),
        );
      }),
    );
  }

  /** The room of the subscription whose events are sent here; named in `missed`. */
  subscribedRoom = '';

  notify(notification: Notification): void {
    this.#write(JSON.stringify(notification));
  }

  event(event: EventRecord): void {
    this.#outbox.push(event);
  }

  forget(isForgotten: (event: EventRecord) => boolean): void {
    this.#outbox.forget(isForgotten);
  }

  replay(past: JournalCursor): void {
    this.#outbox.replay(past);
  }

  /** Forgets events held back: their subscription ended. */
  dropEvents(): void {
    this.#outbox.clear();
  }

  /** @param end why, for the others in the room */
  close(code: number, reason: string, end: ConnectionEnd): void {
    this.#end ??= end;
    this.#socket.close(code, Buffer.from(reason).subarray(0, MAX_CLOSE_REASON_BYTES));
  }

  terminate(end: ConnectionEnd): void {
    this.#end ??= end;
    this.#socket.terminate();
  }

  /** One beat: two unanswered pings end the connection. */
  beat(): void {
    if (this.#unansweredPings >= 2) return this.terminate('timed-out');
    this.#unansweredPings += 1;
    this.#socket.ping();
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    const arrivalMs = this.#options.clock();
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const admitted = this.#bucket.take();
    if (!admitted && ++this.#violations > MAX_VIOLATIONS) {
      this.#countError('RATE_LIMITED');
      return this.close(1008, 'RATE_LIMITED: too many messages (maxMessagesPerSecond)', 'removed');
    }
    if (admitted) this.#violations = 0;
    if (isBinary) {
      return this.#fail(undefined, new EmostreamError('BAD_MESSAGE', 'binary messages are not used: send JSON text'));
    }
    // `ws` hands a text message over as one Buffer (binaryType nodebuffer).
    const parsed = parseRequest((data as Buffer).toString('utf8'));
    const id = parsed.ok ? parsed.request.id : parsed.id;
    if (!admitted) return this.#fail(id, new EmostreamError('RATE_LIMITED', 'too many messages: slow down'));
    if (!parsed.ok) return this.#fail(id, parsed.error);
    if (this.#pending >= MAX_PENDING) {
      return this.#fail(id, new EmostreamError('OVERLOADED', 'too many unanswered requests: await the answers'));
    }
    this.#pending += 1;
    const { request } = parsed;
    this.#queue = this.#queue
      .then(() => this.#answer(request, arrivalMs))
      .catch((error: unknown) => this.bulkhead.fail(error));
  }

  async #answer(request: Request, arrivalMs: number): Promise<void> {
    try {
      const data = await this.#options.handle(request, arrivalMs);
      this.#respond({ type: 'response', id: request.id, ok: true, data });
      this.#options.afterResponse();
    } catch (error) {
      this.#fail(request.id, toEmostreamError(error));
    } finally {
      this.#pending -= 1;
    }
  }

  #fail(id: number | undefined, error: EmostreamError): void {
    this.#countError(error.code);
    let message = error.message;
    if (error.code === 'INTERNAL') {
      this.#options.logger.error({ err: error.cause ?? error }, 'a request failed');
      message = 'something went wrong on the server; its log says what';
    }
    const body = { code: error.code, message };
    if (id === undefined) this.notify({ type: 'error', error: body });
    else this.#respond({ type: 'response', id, ok: false, error: body });
  }

  #respond(response: Response): void {
    this.#write(JSON.stringify(response));
  }

  #write(text: string): void {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > CLOSE_FACTOR * this.#options.maxBufferedBytes) {
      this.#options.meter.count('emostream_dropped_total', { stage: 'server', reason: 'socket-buffer-full' });
      this.#countError('OVERLOADED');
      return this.close(1013, 'OVERLOADED: the client reads too slowly; connect again and resume', 'removed');
    }
    socket.send(
      text,
      this.bulkhead.wrap(() => this.#outbox.drained()),
    );
  }

  #onError(error: Error & { code?: string }): void {
    const tooLarge = error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
    this.#countError(tooLarge ? 'MESSAGE_TOO_LARGE' : 'BAD_MESSAGE');
    if (tooLarge) this.#end ??= 'removed';
  }

  #countError(code: EmostreamError['code']): void {
    this.#options.meter.count('emostream_errors_total', { code });
  }
}
