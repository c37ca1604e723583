import { ClientError, type ClientErrorCode } from './errors.js';

/** What a socket tells the connection. `closed` comes exactly once, also after `failed`. */
export interface SocketHandlers {
  opened(): void;
  message(data: unknown): void;
  /** Why a connection could not be made, where the platform says so (browsers do not). */
  failed(code: ClientErrorCode, message: string): void;
  closed(code: number, reason: string): void;
}

export interface SocketHandle {
  send(text: string): void;
  close(code: number, reason: string): void;
}

export type SocketFactory = (url: string, protocols: string[], handlers: SocketHandlers) => SocketHandle;

const OPEN = 1;
const ABNORMAL = 1006;

/** The platform's own WebSocket: every browser, and Node 22 and later. */
export const platformSocket: SocketFactory = (url, protocols, handlers) => {
  if (typeof WebSocket === 'undefined') {
    const remedy = 'use Node 22 or later, or the option `socket` with `nodeSocket` of @emostream/client/node';
    throw new ClientError('UNREACHABLE', `cannot connect to ${url}: there is no WebSocket here; ${remedy}`);
  }
  let socket: WebSocket;
  try {
    socket = new WebSocket(url, protocols);
  } catch (error) {
    // Thrown for an address or a token that no request could carry, before anything is sent.
    throw new ClientError('UNREACHABLE', `cannot connect to ${url}: ${(error as Error).message}`, { cause: error });
  }
  let closed = false;
  const close = (code: number, reason: string) => {
    if (closed) return;
    closed = true;
    handlers.closed(code, reason);
  };
  socket.onopen = () => handlers.opened();
  socket.onmessage = (event: { data: unknown }) => handlers.message(event.data);
  socket.onerror = () => {
    // The platform hides why (to protect other sites).
    handlers.failed('UNREACHABLE', `cannot connect to ${url}`);
    // The close event that must follow does not come in Node 22 when nobody listens.
    if (socket.readyState !== OPEN) setTimeout(() => close(ABNORMAL, ''), 0);
  };
  socket.onclose = (event: { code: number; reason: string }) => close(event.code, event.reason);
  return {
    send: (text) => socket.send(text),
    close: (code, reason) => socket.close(code, reason),
  };
};
