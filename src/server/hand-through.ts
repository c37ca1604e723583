import { type IncomingMessage, request as requestHttp, type ServerResponse, STATUS_CODES } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Duplex } from 'node:stream';
import { EmostreamError } from '../common/errors.js';
import { refuseUpgrade } from './upgrade.js';

/** A node that is asked through another hands nothing on itself. */
const THROUGH = 'emostream-through';
/** So long another node is waited for until it answers, ms. */
const PATIENCE_MS = 5000;
/** Headers that are of one connection (RFC 9110 §7.6.1); those of an upgrade are handed on all the same. */
const OF_CONNECTION: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding']);

/** Whether another node may be asked in place of this one. */
export const mayHandThrough = ({ headers }: IncomingMessage): boolean => headers[THROUGH] === undefined;

/**
 * Hands an upgrade to another node, which judges it anew, and then everything both ways; neither side is read faster than the other takes.
 * @param inner the other node's address for nodes
 * @param address of the client, as the limits count it
 */
export function handThroughUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  inner: string,
  address: string,
): void {
  const asked = ask(request, inner, address, { connection: 'Upgrade', upgrade: 'websocket' });
  const gone = (error?: Error) => {
    asked.destroy();
    if (socket.destroyed) return;
    refuseUpgrade(socket, new EmostreamError('NATS_UNAVAILABLE', UNREACHED, error && { cause: error }));
  };
  socket.on('error', () => asked.destroy());
  socket.once('close', () => asked.destroy());
  asked.setTimeout(PATIENCE_MS, () => gone());
  asked.once('error', gone);
  asked.once('response', (response) => {
    // A refusal: short, and told as it is.
    socket.write(headOf(response));
    response.pipe(socket);
  });
  asked.once('upgrade', (response, other, first) => {
    asked.off('error', gone);
    other.setTimeout(0);
    socket.write(headOf(response));
    if (first.length > 0) socket.write(first);
    if (head.length > 0) other.write(head);
    const end = () => {
      socket.destroy();
      other.destroy();
    };
    for (const side of [socket, other]) side.on('error', end).once('close', end);
    socket.pipe(other);
    other.pipe(socket);
  });
  asked.end();
}

/** The same with a request and its answer. */
export async function handThroughRequest(
  request: IncomingMessage,
  response: ServerResponse,
  inner: string,
  address: string,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const asked = ask(request, inner, address, {});
    const failed = (error?: Error) => {
      asked.destroy();
      reject(new EmostreamError('NATS_UNAVAILABLE', UNREACHED, error && { cause: error }));
    };
    asked.setTimeout(PATIENCE_MS, () => failed());
    asked.once('error', failed);
    response.once('close', () => {
      asked.destroy();
      resolve();
    });
    asked.once('response', (answer) => {
      for (const [name, value] of Object.entries(answer.headers)) {
        if (value !== undefined && !OF_CONNECTION.has(name)) response.setHeader(name, value);
      }
      response.writeHead(answer.statusCode ?? 502);
      answer.pipe(response);
    });
    request.pipe(asked);
  });
}

const UNREACHED = 'the node that has this room does not answer: try again in a moment';

function ask(request: IncomingMessage, inner: string, address: string, more: Record<string, string>) {
  const url = new URL((request.url ?? '/').replace(/^\/+/, ''), inner);
  const kept = Object.entries(request.headers).filter(([name]) => !OF_CONNECTION.has(name));
  const headers = {
    ...Object.fromEntries(kept),
    ...more,
    'x-forwarded-for': address.replace(/\/64$/, ''),
    [THROUGH]: '1',
  };
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  return send(url, { method: request.method, headers, agent: false });
}

function headOf(response: IncomingMessage): string {
  const status = response.statusCode ?? 502;
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`];
  for (let i = 0; i + 1 < response.rawHeaders.length; i += 2) {
    lines.push(`${response.rawHeaders[i]}: ${response.rawHeaders[i + 1]}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}
