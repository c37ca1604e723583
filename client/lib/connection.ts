import {
  type Notification,
  type RequestData,
  type RequestType,
  type Response,
  type ResultOf,
  resultSchemas,
  SUBPROTOCOL,
  TOKEN_SUBPROTOCOL_PREFIX,
} from '../../src/server/protocol.js';
import type { RoomEvent } from '../../src/events/schema.js';
import { Emitter } from './emitter.js';
import { ClientError, type ClientErrorCode } from './errors.js';
import { Pulse } from './pulse.js';
import { readMessage, type Unknown } from './read-message.js';
import type { SocketFactory, SocketHandle } from './socket.js';

export interface ConnectionOptions {
  /** `ws:` or `wss:` address of the socket itself. */
  url: string;
  token: string;
  socket: SocketFactory;
  /** Longest wait for the socket to open, ms. */
  connectTimeoutMs: number;
  /** Longest wait for an answer, ms. */
  requestTimeoutMs: number;
  /** Requests that may wait for an answer at once; one more fails with LIMIT_REACHED. */
  maxPending: number;
}

export interface ConnectionEvents {
  notification: Notification;
  event: RoomEvent;
  /** The server sent what a later version of it may; it was ignored. */
  unknown: Unknown;
  /** The server sent what nobody can understand; the message was ignored. */
  invalid: ClientError;
  /** Whether a beat of the server is missing; three end the connection. */
  quiet: boolean;
  closed: ClientError;
}

interface Pending {
  type: RequestType;
  resolve(data: unknown): void;
  reject(error: ClientError): void;
  timer: ReturnType<typeof setTimeout>;
}

const CLOSE_NORMAL = 1000;
const REPLACED = 4001;

/** What a close code (RFC 6455 §7.4.1) and its reason mean. The server's reasons begin with the code of an error. */
function closeError(code: number, reason: string): ClientError {
  if (code === REPLACED) return new ClientError('FORBIDDEN', 'you joined from another window or device');
  const [, named, words] = /^([A-Z_]+): (.*)$/.exec(reason) ?? [];
  if (named !== undefined) return new ClientError(named, words ?? reason);
  return new ClientError('CLOSED', `the connection was closed (${code}${reason ? `: ${reason}` : ''})`);
}

/** One socket, from its opening to its end: requests with their answers, notifications, events. */
export class Connection extends Emitter<ConnectionEvents> {
  readonly #options: ConnectionOptions;
  readonly #pulse = new Pulse({
    onQuiet: (quiet) => this.emit('quiet', quiet),
    onDeath: (silentMs) => this.#die(silentMs),
  });
  readonly #pending = new Map<number, Pending>();
  #socket: SocketHandle | undefined;
  #nextId = 0;
  /** The servers that there are, as it was told right after it opened, before anybody could listen, or since. */
  nodes: readonly string[] = [];
  #end: ClientError | undefined;

  private constructor(options: ConnectionOptions) {
    super();
    this.#options = options;
  }

  /** @throws ClientError when the socket does not open */
  static open(options: ConnectionOptions): Promise<Connection> {
    const connection = new Connection(options);
    return new Promise<Connection>((resolve, reject) => {
      let failure: ClientError | undefined;
      let open = false;
      const timer = setTimeout(() => {
        failure = new ClientError('TIMEOUT', `the server did not answer within ${options.connectTimeoutMs} ms`);
        connection.close();
        reject(failure);
      }, options.connectTimeoutMs);
      const handlers = {
        opened: () => {
          clearTimeout(timer);
          open = true;
          resolve(connection);
        },
        message: (data: unknown) => connection.#receive(data),
        failed: (code: ClientErrorCode, message: string) => (failure ??= new ClientError(code, message)),
        closed: (code: number, reason: string) => {
          clearTimeout(timer);
          const error = (!open && failure) || closeError(code, reason);
          connection.#finish(error);
          if (!open) reject(error);
        },
      };
      try {
        const protocols = [SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX + options.token];
        connection.#socket = options.socket(options.url, protocols, handlers);
      } catch (error) {
        clearTimeout(timer);
        reject(error as ClientError);
      }
    });
  }

  /** Why the connection ended; undefined while it stands. */
  get end(): ClientError | undefined {
    return this.#end;
  }

  /** @throws ClientError with the server's code, TIMEOUT, LIMIT_REACHED, CLOSED or BAD_REPLY */
  request<T extends RequestType>(
    type: T,
    data: RequestData<T>,
    timeoutMs?: number,
    /** Called with the answer before any later message is handed on; a promise tells of it only after some of them. */
    answered?: (result: ResultOf<T>) => void,
  ): Promise<ResultOf<T>> {
    if (this.#end) return Promise.reject(this.#end);
    if (this.#pending.size >= this.#options.maxPending) {
      const text = `${this.#pending.size} requests wait for an answer already; wait for them first`;
      return Promise.reject(new ClientError('LIMIT_REACHED', text));
    }
    const id = this.#nextId++;
    const wait = timeoutMs ?? this.#options.requestTimeoutMs;
    return new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new ClientError('TIMEOUT', `the server did not answer "${type}" within ${wait} ms`));
      }, wait);
      const take = (result: unknown) => {
        answered?.(result as ResultOf<T>);
        resolve(result);
      };
      this.#pending.set(id, { type, resolve: take, reject, timer });
      this.#socket?.send(JSON.stringify({ ...data, type, id }));
    }) as Promise<ResultOf<T>>;
  }

  /** Idempotent; whatever waits for an answer fails with CLOSED. */
  close(): void {
    if (this.#end) return;
    this.#finish(new ClientError('CLOSED', 'the connection was closed by this client'));
    this.#socket?.close(CLOSE_NORMAL, '');
  }

  #die(silentMs: number): void {
    const seconds = (silentMs / 1000).toFixed(1);
    this.#finish(
      new ClientError('TIMEOUT', `nothing was heard from the server for ${seconds} s; the connection is dead`),
    );
    this.#socket?.close(CLOSE_NORMAL, '');
  }

  #finish(error: ClientError): void {
    if (this.#end) return;
    this.#end = error;
    this.#pulse.stop();
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.timer);
      pending.reject(error);
    }
    this.#pending.clear();
    this.emit('closed', error);
  }

  #receive(data: unknown): void {
    if (this.#end) return;
    this.#pulse.heard();
    const { kind, message } = readMessage(data);
    switch (kind) {
      case 'response':
        return this.#answer(message);
      case 'event':
        return this.emit('event', message);
      case 'notification':
        if (message.type === 'beat') this.#pulse.beat(message.everyMs);
        if (message.type === 'nodes') this.nodes = message.urls;
        return this.emit('notification', message);
      case 'unknown':
        return this.emit('unknown', message);
      case 'invalid':
        return this.emit('invalid', new ClientError('BAD_REPLY', message));
    }
  }

  #answer(response: Response): void {
    const pending = this.#pending.get(response.id);
    // An answer that came after its timeout.
    if (!pending) return;
    this.#pending.delete(response.id);
    clearTimeout(pending.timer);
    if (!response.ok) {
      const { code, message, url } = response.error;
      pending.reject(new ClientError(code, message, { url }));
      return;
    }
    const result = resultSchemas[pending.type].safeParse(response.data);
    if (result.success) pending.resolve(result.data);
    else pending.reject(new ClientError('BAD_REPLY', `the answer to "${pending.type}" has an unknown form`));
  }
}
