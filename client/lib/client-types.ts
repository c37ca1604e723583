import type { RoomEvent } from '../../src/events/schema.js';
import type { Notification } from '../../src/server/protocol.js';
import type { BackoffOptions } from './backoff.js';
import type { ClientError } from './errors.js';
import type { Unknown } from './read-message.js';
import type { Missed } from './sequence.js';
import type { Follow } from './servers.js';
import type { SocketFactory } from './socket.js';

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
  /**
   * Whether it goes to another server that this one names: where the room is, or when this one is gone. The token goes with it. Never from
   * TLS to none. Default true.
   */
  follow?: Follow;
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
  /** Whether the server is silent when a beat of it is due: whether the connection still stands is not known. After three beats it is lost. */
  quiet: boolean;
  /** Events that will never come. */
  missed: Missed;
  /** The server sent a type of message that this client does not know (a later version?); it was ignored. */
  unknown: Unknown;
  /** The server sent what breaks the protocol; it was ignored. */
  invalid: ClientError;
}
