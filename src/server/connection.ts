import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { RawData } from 'ws';
import { Bulkhead } from '../common/bulkhead.js';
import { EmostreamError, toEmostreamError } from '../common/errors.js';
import type { Meter, Refusal } from '../common/metrics.js';
import { scheduleTimeout } from '../common/schedule.js';
import type { ParticipantCloseReason } from '../sfu/index.js';
import { MessageGate, type MessageGateOptions } from './message-gate.js';
import { Outboxes } from './outboxes.js';
import { countValues, parseRequest } from './parse-request.js';
import type { Beat, Notification, Request, Response } from './protocol.js';
import { QuietBeat } from './quiet-beat.js';
import type { ReplayTurns } from './replay-turns.js';
import type { RefusingSocket } from './refusing-socket.js';
import type { UnsentShare } from './unsent-bytes.js';

export interface ConnectionOptions extends MessageGateOptions {
  maxBufferedBytes: number;
  meter: Meter;
  logger: Logger;
  turns: ReplayTurns;
  /** This socket's part of what its address has unsent. */
  unsent: UnsentShare;
  /** Counts a message of this weight for its token and address. @returns they use up what they may send together */
  crowded: (weight: number) => boolean;
  /**
   * Does at once what must neither wait nor be refused: taking consent away, from requests that wait too.
   * @param waiting admitted requests that are not answered yet
   * @returns the answer, when that was all the request asked for
   */
  withdraw: (request: Request, waiting: ReadonlySet<Request>) => unknown;
  /** Answers one request: the `data` of its response. May throw an EmostreamError. */
  handle: (request: Request, arrivalMs: number) => Promise<unknown>;
  /** Silence is broken after so long, ms. */
  heartbeat: number;
  /** How far each subscription has been served. */
  reached: () => Beat['rooms'];
  /** Runs right after a response was sent. */
  afterResponse: () => void;
  onClose: (reason: ConnectionEnd) => void;
}

/** Why a socket went, as the others in the room hear it. */
export type ConnectionEnd = Exclude<ParticipantCloseReason, 'worker-died'>;

/** Requests waiting for those before them. */
const MAX_PENDING = 128;
/** A refused message of more values is not read: its sender hears that it was refused, but not which it was. */
const MAX_REFUSED_VALUES = 384;
/** Values in a message that are counted as one message more: checking them costs about as much. */
const VALUES_PER_POINT = 64;
/** How long a socket has to answer that it closes, and how long one that is put out has to read why, ms. */
const CLOSE_PATIENCE_MS = 10_000;
const EVICTION_PATIENCE_MS = 1000;
const MAX_UNANSWERED_PINGS = 2;
const PING_BYTES = 6;
/** Unsent bytes, in units of the bound, at which a socket is closed. */
const CLOSE_FACTOR = 4;
/** Whoever has less unsent reads well enough, and is not closed for what others of the address do not read. */
const MODEST_BYTES = 65_536;
const ABNORMAL_CLOSE = 1006;
const MAX_CLOSE_REASON_BYTES = 123;

/** One WebSocket: reads requests one after the other, answers, and sends no more than the other side takes. */
export class Connection {
  readonly #socket: RefusingSocket;
  readonly #options: ConnectionOptions;
  readonly #gate: MessageGate;
  /** Of subscriptions. */
  readonly outboxes: Outboxes;
  readonly #quiet: QuietBeat;
  /** An error in what this socket causes ends no more than this socket, and the seat of whoever has it. */
  readonly bulkhead: Bulkhead;
  #queue: Promise<void> = Promise.resolve();
  /** Admitted and not answered yet. */
  readonly #waiting = new Set<Request>();
  /** What the unanswered pings carried: a pong carries the same (RFC 6455 §5.5.3), so only who reads can answer. */
  #pings: Buffer[] = [];
  #evicted = false;
  #end: ConnectionEnd | undefined;

  constructor(socket: RefusingSocket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.bulkhead = new Bulkhead('connection', { ...options, close: () => this.terminate('failed') });
    this.#gate = new MessageGate(options);
    this.outboxes = new Outboxes({
      ...options,
      bufferedBytes: () => socket.bufferedAmount,
      send: (text) => this.#write(text),
      missed: (room, missed) => this.notify({ type: 'missed', room, ...missed }),
    });
    const { wrap } = this.bulkhead;
    this.#quiet = new QuietBeat({
      everyMs: options.heartbeat,
      now: () => performance.now(),
      schedule: scheduleTimeout,
      beat: wrap(() => this.tellBeat()),
    });
    socket.on(
      'message',
      wrap((data: RawData, isBinary: boolean) => this.#onMessage(data, isBinary)),
    );
    socket.on(
      'ping',
      wrap((data: Buffer) => this.#onControl(data, false)),
    );
    socket.on(
      'pong',
      wrap((data: Buffer) => {
        const answers = this.#pings.some((ping) => ping.equals(data));
        if (answers) this.#pings = [];
        this.#onControl(data, answers);
      }),
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
          () => this.#quiet.stop(),
          () => this.outboxes.closeAll(),
          () => options.unsent.release(),
          () => options.onClose(end),
        );
      }),
    );
  }

  notify(notification: Notification): void {
    this.#write(JSON.stringify(notification));
  }

  /** Words of the moment: whoever is behind does not get them, for they could not be taken back from what is unsent. */
  words(line: string): void {
    if (this.#socket.bufferedAmount <= MODEST_BYTES) return this.#write(line);
    this.#options.meter.count('emostream_dropped_total', { stage: 'server', reason: 'slow-reader' });
  }

  /** To be called when it may be spoken to; from then on whenever it was silent. */
  tellBeat(): void {
    // Whoever reads slowly has enough to hear.
    if (this.#socket.bufferedAmount > MODEST_BYTES) return;
    const { clock, heartbeat: everyMs, reached } = this.#options;
    this.notify({ type: 'beat', at: clock(), everyMs, rooms: reached() });
  }

  /** @param end why, for the others in the room */
  close(code: number, reason: string, end: ConnectionEnd): void {
    this.#end ??= end;
    this.#socket.close(code, Buffer.from(reason).subarray(0, MAX_CLOSE_REASON_BYTES));
    // The other side may never answer, and go on sending.
    setTimeout(() => this.#socket.terminate(), CLOSE_PATIENCE_MS).unref();
  }

  terminate(end: ConnectionEnd): void {
    this.#end ??= end;
    this.#socket.terminate();
  }

  /** One beat: two unanswered pings end the connection. */
  beat(): void {
    if (this.#pings.length >= MAX_UNANSWERED_PINGS) return this.terminate('timed-out');
    if (this.#gate.stuck) return this.#evict('frame', 'RATE_LIMITED: a message took too long to come');
    const ping = randomBytes(PING_BYTES);
    this.#pings.push(ping);
    this.#socket.ping(ping);
  }

  /** To be called with every read from the socket, before `ws` sees it. */
  received(bytes: number): void {
    if (!this.#gate.read(bytes)) this.#evict('frame', 'RATE_LIMITED: too many bytes or fragments');
  }

  #onControl(data: Buffer, asked: boolean): void {
    if (!this.#gate.control(data.length, asked)) this.#evict('frame', 'RATE_LIMITED: too many pings or pongs');
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    const arrivalMs = this.#options.clock();
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    // `ws` hands a text message over as one Buffer (binaryType nodebuffer).
    const bytes = data as Buffer;
    const values = countValues(bytes);
    const weight = Math.ceil(values / VALUES_PER_POINT);
    const verdict = this.#gate.message(this.#options.crowded(weight), weight);
    const admitted = verdict === 'admit';
    if (admitted && isBinary) {
      return this.#fail(undefined, new EmostreamError('BAD_MESSAGE', 'binary messages are not used: send JSON text'));
    }
    // Of what is refused only that is read which may take consent away: reading costs, too.
    const parsed =
      isBinary || (!admitted && values > MAX_REFUSED_VALUES) ? null : parseRequest(bytes.toString('utf8'), values);
    if (parsed?.ok) {
      const { id } = parsed.request;
      const data = this.#options.withdraw(parsed.request, this.#waiting);
      if (data !== undefined && verdict !== 'close') return this.#respond({ type: 'response', id, ok: true, data });
    }
    if (verdict === 'close') return this.#evict('message', 'RATE_LIMITED: too many messages (maxMessagesPerSecond)');
    const id = parsed?.ok ? parsed.request.id : parsed?.id;
    if (!admitted) {
      this.#options.meter.count('emostream_refused_total', { what: 'message' });
      return this.#fail(id, new EmostreamError('RATE_LIMITED', 'too many messages: slow down'));
    }
    if (!parsed) return;
    if (!parsed.ok) return this.#fail(id, parsed.error);
    if (this.#waiting.size >= MAX_PENDING) {
      return this.#fail(id, new EmostreamError('OVERLOADED', 'too many unanswered requests: await the answers'));
    }
    const { request } = parsed;
    this.#waiting.add(request);
    this.#queue = this.#queue
      .then(() => this.#answer(request, arrivalMs))
      .catch((error: unknown) => this.bulkhead.fail(error));
  }

  async #answer(request: Request, arrivalMs: number): Promise<void> {
    try {
      // Nobody would undo what it began: who is put out, replaced or gone asks for nothing any more. Consent that it takes
      // away was taken away when it came.
      if (this.#socket.readyState !== this.#socket.OPEN) return;
      const data = await this.#options.handle(request, arrivalMs);
      this.#respond({ type: 'response', id: request.id, ok: true, data });
      this.#options.afterResponse();
    } catch (error) {
      this.#fail(request.id, toEmostreamError(error));
    } finally {
      this.#waiting.delete(request);
    }
  }

  /** Ends a socket that costs too much: it is told why, read no more, and cut off if it does not go by itself. */
  #evict(what: Refusal, reason: string): void {
    if (this.#evicted) return;
    this.#evicted = true;
    this.#options.meter.count('emostream_refused_total', { what });
    this.#countError('RATE_LIMITED');
    this.close(1008, reason, 'removed');
    this.#socket.pause();
    setTimeout(() => this.#socket.terminate(), EVICTION_PATIENCE_MS).unref();
  }

  #fail(id: number | undefined, error: EmostreamError): void {
    this.#countError(error.code);
    let message = error.message;
    if (error.code === 'INTERNAL') {
      this.#options.logger.error({ err: error.cause ?? error }, 'a request failed');
      message = 'something went wrong on the server; its log says what';
    }
    const body = { code: error.code, message, ...(error.url !== undefined && { url: error.url }) };
    if (id === undefined) this.notify({ type: 'error', error: body });
    else this.#respond({ type: 'response', id, ok: false, error: body });
  }

  #respond(response: Response): void {
    this.#write(JSON.stringify(response));
  }

  #write(text: string): void {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return;
    const buffered = socket.bufferedAmount;
    const crowded = this.#options.unsent.update(buffered) && buffered > MODEST_BYTES;
    if (crowded || buffered > CLOSE_FACTOR * this.#options.maxBufferedBytes) {
      this.#options.meter.count('emostream_dropped_total', { stage: 'server', reason: 'socket-buffer-full' });
      this.#countError('OVERLOADED');
      return this.close(1013, 'OVERLOADED: the client reads too slowly; connect again and resume', 'removed');
    }
    socket.send(
      text,
      this.bulkhead.wrap(() => {
        this.#options.unsent.update(socket.bufferedAmount);
        this.outboxes.drained();
      }),
    );
    this.#options.unsent.update(socket.bufferedAmount);
    this.#quiet.sent();
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
