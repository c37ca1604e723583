import type { Notification, RequestData, RequestType, ResultOf } from '../../src/server/protocol.js';
import type { RoomEvent } from '../../src/events/schema.js';
import { socketAddress } from './addresses.js';
import { backoffDelay, type BackoffOptions, DEFAULT_BACKOFF } from './backoff.js';
import { Connection } from './connection.js';
import { Emitter } from './emitter.js';
import { ClientError, isFinal, toClientError } from './errors.js';
import { readToken } from './http.js';
import { type Missed, type ResumePoint, SequenceTracker } from './sequence.js';
import { platformSocket, type SocketFactory } from './socket.js';

export interface ClientOptions {
  /** Address of the server, e.g. `https://calls.example` or, behind a path, `https://example.org/calls/`. */
  server: string | URL;
  /** An access token, or a function that gets a fresh one for every connection. */
  token: string | (() => Promise<string>);
  /** The room, for a token that is good for every room; otherwise the token says it. */
  room?: string;
  /** How sockets are opened; default: the platform's WebSocket. `nodeSocket` (./node.ts) tells more about failures. */
  socket?: SocketFactory;
  /** Longest wait for a connection, ms; default 10 000. */
  connectTimeoutMs?: number;
  /** Longest wait for an answer, ms; default 10 000. */
  requestTimeoutMs?: number;
  /** Requests that may wait for an answer at once; default 64. */
  maxPending?: number;
  /** Delays of reconnection, or false for none; default 0.5 s doubling to 15 s, jittered. */
  reconnect?: Partial<BackoffOptions> | false;
  /** Source of the jitter, in [0, 1). */
  random?: () => number;
}

/** `waiting`: the connection was lost, and the next try comes after `retryInMs`. `closed` is final. */
export type ClientStatus =
  | { state: 'idle' | 'connecting' | 'open' }
  | { state: 'waiting'; error: ClientError; retryInMs: number }
  | { state: 'closed'; error: ClientError | null };

export interface ClientEvents {
  status: ClientStatus;
  /** A connection is open, and the subscription (if any) renewed. What else the old one held (a seat in the call) is gone. */
  connected: { again: boolean };
  notification: Notification;
  event: RoomEvent;
  /** Events that will never come. */
  missed: Missed;
  /** The server sent what this client does not understand (another version?); it was ignored. */
  invalid: ClientError;
}

/**
 * The typed client of an emostream server, for browsers and Node: requests, notifications of the call, events of the room.
 * After a lost connection it connects again and resumes its subscription where it stopped.
 */
export class EmostreamClient extends Emitter<ClientEvents> {
  readonly #options: Required<Omit<ClientOptions, 'reconnect' | 'room'>> & { reconnect: BackoffOptions | false };
  readonly #room: { room?: string };
  #connection: Connection | undefined;
  #status: ClientStatus = { state: 'idle' };
  #retry: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #everOpen = false;
  #sequence: SequenceTracker | undefined;

  constructor(options: ClientOptions) {
    super();
    this.#room = options.room === undefined ? {} : { room: options.room };
    this.#options = {
      socket: platformSocket,
      connectTimeoutMs: 10_000,
      requestTimeoutMs: 10_000,
      maxPending: 64,
      random: Math.random,
      ...options,
      reconnect: options.reconnect === false ? false : { ...DEFAULT_BACKOFF, ...options.reconnect },
    };
  }

  get status(): ClientStatus {
    return this.#status;
  }

  /** The newest event heard; what a subscription resumes after. */
  get lastSeq(): number | undefined {
    return this.#sequence?.lastSeq;
  }

  /** The same with the numbering that it is of: to resume with another client. */
  get place(): ResumePoint | undefined {
    return this.#sequence?.place;
  }

  /**
   * Connects. Only a connection that once stood is made again by itself: a wrong address fails here.
   * @throws ClientError: UNREACHABLE, UNAUTHENTICATED, …
   */
  async connect(): Promise<void> {
    if (this.#status.state !== 'idle') throw new ClientError('WRONG_STATE', 'this client was connected before');
    try {
      await this.#open();
    } catch (error) {
      this.#close(toClientError(error));
      throw toClientError(error);
    }
  }

  /** @throws ClientError: the server's codes, TIMEOUT, CLOSED (also while reconnecting), LIMIT_REACHED, BAD_REPLY */
  request<T extends RequestType>(type: T, data: RequestData<T>, timeoutMs?: number): Promise<ResultOf<T>> {
    if (!this.#connection) {
      return Promise.reject(new ClientError('CLOSED', `not connected (${this.#status.state}); "${type}" was not sent`));
    }
    return this.#connection.request(type, data, timeoutMs);
  }

  /**
   * Events of the token's room from now on, or from after the resume point; kept up over lost connections.
   * @returns the room, its numbering and its newest sequence number
   */
  async subscribe(from?: ResumePoint): Promise<ResultOf<'subscribe'>> {
    this.#sequence = new SequenceTracker(from);
    try {
      return await this.#subscribe(this.#sequence);
    } catch (error) {
      this.#sequence = undefined;
      throw error;
    }
  }

  async unsubscribe(): Promise<void> {
    this.#sequence = undefined;
    await this.request('unsubscribe', {});
  }

  /**
   * Asks whether the connection still stands, and makes a new one if no answer comes: after the machine slept or changed
   * networks a socket can be dead without knowing it.
   */
  async probe(timeoutMs = 4000): Promise<void> {
    if (this.#status.state === 'waiting') return this.reconnect();
    const probed = this.#connection;
    try {
      await probed?.request('getRouterCapabilities', {}, timeoutMs);
    } catch (error) {
      if (probed === this.#connection && toClientError(error).code === 'TIMEOUT') this.reconnect();
    }
  }

  /** Drops the connection and makes a new one at once. */
  reconnect(): void {
    if (this.#status.state !== 'open' && this.#status.state !== 'waiting') return;
    clearTimeout(this.#retry);
    const old = this.#connection;
    this.#connection = undefined;
    old?.close();
    void this.#openAgain();
  }

  /** Final and idempotent. */
  close(): void {
    this.#close(null);
  }

  #close(error: ClientError | null): void {
    if (this.#status.state === 'closed') return;
    clearTimeout(this.#retry);
    const connection = this.#connection;
    this.#connection = undefined;
    this.#setStatus({ state: 'closed', error });
    connection?.close();
  }

  #setStatus(status: ClientStatus): void {
    this.#status = status;
    this.emit('status', status);
  }

  async #token(): Promise<string> {
    const { token } = this.#options;
    if (typeof token === 'function') return token();
    const { expiresAt } = readToken(token);
    if (expiresAt !== undefined && expiresAt <= Date.now()) {
      throw new ClientError('UNAUTHENTICATED', 'the access token has expired; ask for a new one');
    }
    return token;
  }

  async #open(): Promise<void> {
    this.#setStatus({ state: 'connecting' });
    const { server, socket, connectTimeoutMs, requestTimeoutMs, maxPending } = this.#options;
    const url = socketAddress(server);
    const token = await this.#token();
    const connection = await Connection.open({ url, token, socket, connectTimeoutMs, requestTimeoutMs, maxPending });
    if (this.#status.state !== 'connecting') {
      connection.close();
      throw new ClientError('CLOSED', 'the client was closed while it connected');
    }
    if (connection.end) throw connection.end;
    this.#connection = connection;
    connection.on('event', (event) => this.#event(event));
    connection.on('notification', (notification) => this.#notification(notification));
    connection.on('invalid', (error) => this.emit('invalid', error));
    connection.on('closed', (error) => {
      if (this.#connection !== connection) return;
      this.#connection = undefined;
      // Closed while the subscription is renewed: that fails and says so.
      if (this.#status.state === 'open') this.#lost(error);
    });
    if (this.#sequence) await this.#resume(connection, this.#sequence);
    this.#attempt = 0;
    const again = this.#everOpen;
    this.#everOpen = true;
    this.#setStatus({ state: 'open' });
    this.emit('connected', { again });
  }

  async #resume(connection: Connection, sequence: SequenceTracker): Promise<void> {
    try {
      await this.#subscribe(sequence);
    } catch (error) {
      if (this.#connection === connection) this.#connection = undefined;
      connection.close();
      throw error;
    }
  }

  async #openAgain(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      if (this.#isClosed()) return;
      if (isFinal(error)) this.#close(error);
      else this.#lost(toClientError(error));
    }
  }

  /** Asked for anew after an await, when anything may have happened. */
  #isClosed(): boolean {
    return this.#status.state === 'closed';
  }

  #lost(error: ClientError): void {
    const { reconnect, random } = this.#options;
    // A socket whose token ended is opened anew where the token is asked for each time.
    const renewable = error.code === 'UNAUTHENTICATED' && typeof this.#options.token === 'function';
    if (reconnect === false || (isFinal(error) && !renewable)) {
      this.#close(error);
      return;
    }
    const retryInMs = backoffDelay(this.#attempt++, random(), reconnect);
    this.#retry = setTimeout(() => void this.#openAgain(), retryInMs);
    this.#setStatus({ state: 'waiting', error, retryInMs });
  }

  async #subscribe(sequence: SequenceTracker): Promise<ResultOf<'subscribe'>> {
    const connection = this.#connection;
    if (!connection)
      throw new ClientError('CLOSED', `not connected (${this.#status.state}); nothing was subscribed to`);
    const asked = sequence.place;
    return connection.request('subscribe', { ...this.#room, ...asked }, undefined, (answer) =>
      sequence.subscribed(asked, answer),
    );
  }

  #event(event: RoomEvent): void {
    if (!this.#sequence) return;
    const { duplicate, missed } = this.#sequence.event(event.epoch, event.seq);
    if (missed) this.emit('missed', missed);
    if (!duplicate) this.emit('event', event);
  }

  #notification(notification: Notification): void {
    if (notification.type === 'missed') {
      const { epoch, fromSeq, toSeq, reason } = notification;
      const missed = this.#sequence?.missed({ epoch, fromSeq, toSeq, reason });
      if (missed) this.emit('missed', missed);
    }
    this.emit('notification', notification);
  }
}
