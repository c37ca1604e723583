import { type BackoffOptions, DEFAULT_BACKOFF } from './backoff.js';
import type { ClientOptions } from './client-types.js';
import { platformSocket } from './socket.js';

/** What of a client's options holds for every connection. */
export type ConnectingOptions = Required<Omit<ClientOptions, 'server' | 'token' | 'reconnect' | 'room' | 'follow'>> & {
  reconnect: BackoffOptions | false;
};

export const connectingOptions = (options: ClientOptions): ConnectingOptions => ({
  socket: platformSocket,
  connectTimeoutMs: 10_000,
  requestTimeoutMs: 10_000,
  maxPending: 64,
  random: Math.random,
  ...options,
  reconnect: options.reconnect === false ? false : { ...DEFAULT_BACKOFF, ...options.reconnect },
});
