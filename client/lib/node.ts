import WebSocket from 'ws';
import { z } from 'zod';
import { errorBodySchema } from '../../src/server/protocol.js';
import type { ClientErrorCode } from './errors.js';
import type { SocketFactory } from './socket.js';

const refusal = z.object({ error: errorBodySchema });
const MAX_REFUSAL_BYTES = 4096;

const codeOfStatus = (status: number): ClientErrorCode =>
  status === 401 ? 'UNAUTHENTICATED' : status === 403 ? 'FORBIDDEN' : status === 503 ? 'OVERLOADED' : 'UNREACHABLE';

/** Sockets by `ws`, for Node: unlike the platform's own they tell why a server refused the connection. */
export const nodeSocket: SocketFactory = (url, protocols, handlers) => {
  const socket = new WebSocket(url, protocols, { perMessageDeflate: false });
  socket.on('open', () => handlers.opened());
  socket.on('message', (data) => handlers.message(data));
  socket.on('close', (code, reason) => handlers.closed(code, reason.toString()));
  socket.on('error', (error) => handlers.failed('UNREACHABLE', `cannot connect to ${url}: ${error.message}`));
  socket.on('unexpected-response', (request, response) => {
    let body = '';
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      if (body.length < MAX_REFUSAL_BYTES) body += text;
    });
    const refused = () => {
      const status = response.statusCode ?? 0;
      let code = codeOfStatus(status);
      let message = `the server refused the connection (HTTP status ${status})`;
      try {
        ({ code, message } = refusal.parse(JSON.parse(body)).error);
      } catch {
        // Not a server of ours, or a proxy before it: the status has to do.
      }
      handlers.failed(code, message);
      request.destroy();
      handlers.closed(1006, '');
    };
    response.on('end', refused);
    response.on('error', refused);
  });
  return {
    send: (text) => socket.send(text),
    close: (code, reason) => socket.close(code, reason),
  };
};
