import type { Notification, RequestData, RequestType, ResultOf } from '../../src/server/protocol.js';
import type { RoomEvent } from '../../src/events/schema.js';
import { backoffDelay } from './backoff.js';
import { type ConnectingOptions, connectingOptions } from './client-options.js';
import type { ClientEvents, ClientOptions, ClientStatus } from './client-types.js';
import type { Connection } from './connection.js';
import { Emitter } from './emitter.js';
import { ClientError, isFinal, toClientError } from './errors.js';
import type { Unknown } from './read-message.js';
import { openConnection } from './open-connection.js';
import type { ResumePoint } from './sequence.js';
import { Servers } from './servers.js';
import { type SubscribeOptions, Subscription, Subscriptions } from './subscriptions.js';
import { TokenSource } from './token-source.js';

/** A room is at most so many servers away. */
const MOST_HOPS = 4;
/** A room whose server died is at another after 5 s: so long it is asked for again, so far apart, ms. */
const GONE_MS = 8000;
const GONE_RETRY_MS = 500;
/** Those who are sent on together do not come together, ms. */
const MOVE_JITTER_MS = 200;

/**
 * The typed client of an emostream server, for browsers and Node: requests, notifications of the call, events of the room.
 * After a lost connection it connects again and resumes its subscription where it stopped.
 */
export class EmostreamClient extends Emitter<ClientEvents> {
  readonly #options: ConnectingOptions;
  readonly #token: TokenSource;
  readonly #room: { room?: string };
  readonly #servers: Servers;
  #connection: Connection | undefined;
  #status: ClientStatus = { state: 'idle' };
  #retry: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #everOpen = false;
  /** Of the seat that was taken last. */
  #ticket: string | undefined;
  readonly #subscriptions = new Subscriptions();

  constructor(options: ClientOptions) {
    super();
    this.#room = options.room === undefined ? {} : { room: options.room };
    this.#servers = new Servers(options.server, options.follow ?? true);
    this.#options = connectingOptions(options);
    this.#token = new TokenSource(options.token);
  }

  get status(): ClientStatus {
    return this.#status;
  }

  /**
   * The newest event heard, and its numbering: what a subscription resumes after, and another client can.
   * @param room of the first subscription if not given
   */
  place(room?: string): ResumePoint | undefined {
    return (room === undefined ? this.#subscriptions.all[0] : this.#subscriptions.of(room))?.place;
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
    if (!this.#connection) return Promise.reject(this.#notConnected(`"${type}" was not sent`));
    if (type === 'leave') this.#ticket = undefined;
    if (type !== 'join') return this.#connection.request(type, data, timeoutMs);
    // TypeScript does not follow from the type to what belongs to it.
    return this.#join(data as unknown as RequestData<'join'>, timeoutMs) as Promise<ResultOf<T>>;
  }

  /**
   * Events of a room from now on, or from after the resume point; kept up over lost connections. There is one subscription a room:
   * a second takes its place.
   * @returns the room, its numbering and its newest sequence number
   */
  async subscribe(options: SubscribeOptions = {}): Promise<ResultOf<'subscribe'>> {
    const subscription = new Subscription({ ...this.#room, ...options });
    // Nobody leaves a seat for something to listen to.
    if (this.#ticket !== undefined) return this.#subscribe(subscription);
    return this.#following('subscribe', () => this.#subscribe(subscription));
  }

  /** @param room all of them if not given */
  async unsubscribe(room?: string): Promise<void> {
    this.#subscriptions.delete(room);
    await this.request('unsubscribe', room === undefined ? {} : { room });
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

  /** Where the room is: at this server, or at the one that it names. */
  #join(data: RequestData<'join'>, timeoutMs: number | undefined): Promise<ResultOf<'join'>> {
    return this.#following('join', (connection) => {
      // The seat that was lost, and not another beside it.
      const ticket = this.#ticket === undefined ? {} : { ticket: this.#ticket };
      return connection.request('join', { ...ticket, ...data }, timeoutMs, (answer) => {
        this.#ticket = answer.ticket;
      });
    });
  }

  async #following<T>(what: RequestType, ask: (connection: Connection) => Promise<T>): Promise<T> {
    const untilMs = performance.now() + GONE_MS;
    for (let hops = 0; ;) {
      if (!this.#connection) throw this.#notConnected(`"${what}" was not sent`);
      try {
        return await ask(this.#connection);
      } catch (error) {
        if (hops >= MOST_HOPS || this.#isClosed() || !this.#isMoved(error)) throw error;
        if (await this.#change(untilMs)) hops += 1;
      }
    }
  }

  /** The server that was asked named another, which is the current one now. */
  #isMoved(error: unknown): boolean {
    const { code, url } = toClientError(error);
    return code === 'MOVED' && url !== undefined && this.#servers.moved(url);
  }

  /**
   * To the server that is the current one now, in the middle of something; where that does not answer, to others for a while: they
   * say where the room is when its lease is over.
   * @returns whether it is the one that was named
   * @throws ClientError where none answers
   */
  async #change(untilMs: number): Promise<boolean> {
    const old = this.#connection;
    this.#connection = undefined;
    old?.close();
    for (let isFirst = true; ; isFirst = false) {
      try {
        await this.#open({ within: true });
        return isFirst;
      } catch (error) {
        if (this.#isClosed()) throw error;
        if (!this.#isMoved(error)) this.#servers.failed();
        // A connection that was tried for long may have taken all the time, and then another server knows more.
        const isOver = !isFirst && performance.now() >= untilMs;
        if (isFinal(error) || isOver || this.#options.reconnect === false) {
          this.#lost(toClientError(error));
          throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, GONE_RETRY_MS * (0.5 + this.#options.random())));
        if (this.#isClosed()) throw new ClientError('CLOSED', 'the client was closed while it looked for the room');
      }
    }
  }

  #setStatus(status: ClientStatus): void {
    this.#status = status;
    this.emit('status', status);
  }

  #notConnected(so: string): ClientError {
    return new ClientError('CLOSED', `not connected (${this.#status.state}); ${so}`);
  }

  /** @param within somebody waits for it: nobody else is told that there is another connection */
  async #open({ within = false } = {}): Promise<void> {
    this.#setStatus({ state: 'connecting' });
    const { socket, connectTimeoutMs, requestTimeoutMs, maxPending } = this.#options;
    const opening = { server: this.#servers.current, socket, connectTimeoutMs, requestTimeoutMs, maxPending };
    const { connection, byTicket } = await openConnection(opening, await this.#token.get(), this.#ticket);
    if (this.#status.state !== 'connecting') {
      connection.close();
      throw new ClientError('CLOSED', 'the client was closed while it connected');
    }
    if (connection.end) throw connection.end;
    this.#connection = connection;
    this.#servers.told(connection.nodes);
    connection.on('event', (event) => this.#event(event));
    connection.on('notification', (notification) => this.#notification(notification));
    connection.on('quiet', (quiet) => this.emit('quiet', quiet));
    connection.on('unknown', (message) => this.#unknown(message));
    connection.on('invalid', (error) => this.emit('invalid', error));
    connection.on('closed', (error) => {
      if (this.#connection !== connection) return;
      this.#connection = undefined;
      // Closed while the subscription is renewed: that fails and says so.
      if (this.#status.state === 'open') this.#lost(error);
    });
    await this.#resume(connection, byTicket);
    this.#attempt = 0;
    const again = this.#everOpen;
    this.#everOpen = true;
    this.#setStatus({ state: 'open' });
    if (!within) this.emit('connected', { again });
  }

  /** @param byTicket where the token has ended the seat is kept, but nothing is told of the room any more */
  async #resume(connection: Connection, byTicket: boolean): Promise<void> {
    try {
      for (const subscription of this.#subscriptions.all) await this.#subscribe(subscription);
    } catch (error) {
      if (byTicket && toClientError(error).code === 'UNAUTHENTICATED') return;
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
      if (isFinal(error)) return this.#close(error);
      if (!this.#isMoved(error)) this.#servers.failed();
      this.#lost(toClientError(error));
    }
  }

  /** Asked for anew after an await, when anything may have happened. */
  #isClosed(): boolean {
    return this.#status.state === 'closed';
  }

  #lost(error: ClientError): void {
    const { reconnect, random } = this.#options;
    // A socket whose token ended is opened anew where the token is asked for each time, or while a seat may be kept.
    const renewable = error.code === 'UNAUTHENTICATED' && (this.#token.renews || this.#ticket !== undefined);
    if (reconnect === false || (isFinal(error) && !renewable)) {
      this.#close(error);
      return;
    }
    const retryInMs = backoffDelay(Math.floor(this.#attempt++ / this.#servers.count), random(), reconnect);
    this.#retry = setTimeout(() => void this.#openAgain(), retryInMs);
    this.#setStatus({ state: 'waiting', error, retryInMs });
  }

  async #subscribe(subscription: Subscription): Promise<ResultOf<'subscribe'>> {
    const asked = subscription.request();
    const connection = this.#connection;
    if (!connection) throw this.#notConnected('nothing was subscribed to');
    return connection.request('subscribe', asked, undefined, (answer) => {
      subscription.answered(asked, answer);
      this.#subscriptions.add(subscription);
    });
  }

  #event(event: RoomEvent): void {
    const told = this.#subscriptions.event(event);
    if (told?.missed) this.emit('missed', told.missed);
    if (told && !told.duplicate) this.emit('event', event);
  }

  /** An event of a later version has its number, too. */
  #unknown(message: Unknown): void {
    const missed = message.place && this.#subscriptions.event(message.place)?.missed;
    if (missed) this.emit('missed', missed);
    this.emit('unknown', message);
  }

  #notification(notification: Notification): void {
    for (const missed of this.#subscriptions.missedBy(notification)) this.emit('missed', missed);
    if (notification.type === 'tokenExpiring') void this.#renew();
    if (notification.type === 'nodes') this.#servers.told(notification.urls);
    if (notification.type === 'serverClosing') this.#servers.failed();
    this.emit('notification', notification);
    if (notification.type === 'moved') this.#moved(notification.url);
  }

  /** The seat is at another server from now on. */
  #moved(url: string): void {
    if (this.#status.state !== 'open') return;
    const followed = this.#servers.moved(url);
    const old = this.#connection;
    this.#connection = undefined;
    old?.close();
    const error = new ClientError('MOVED', `the call is at ${url} now`, { url });
    if (!followed || this.#options.reconnect === false) return this.#close(error);
    const retryInMs = MOVE_JITTER_MS * this.#options.random();
    this.#retry = setTimeout(() => void this.#openAgain(), retryInMs);
    this.#setStatus({ state: 'waiting', error, retryInMs });
  }

  /** Where it fails the socket ends with the token, and another is opened with another one. */
  async #renew(): Promise<void> {
    if (!this.#token.isDue(performance.now())) return;
    try {
      await this.request('renew', { token: await this.#token.get() });
    } catch (error) {
      this.emit('invalid', toClientError(error));
    }
  }
}
