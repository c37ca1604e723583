import { type IncomingMessage, request as requestHttp, type ServerResponse, STATUS_CODES } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Duplex } from 'node:stream';
import { urlToHttpOptions } from 'node:url';
import { EmostreamError } from '../common/errors.js';
import { refuseUpgrade } from './upgrade.js';

/** A node that is asked through another hands nothing on itself. */
const THROUGH = 'emostream-through';
/** So long another node is waited for until it answers, ms. */
const PATIENCE_MS = 5000;
/** Headers that are of one connection (RFC 9110 §7.6.1), or were answered already; those of an upgrade are handed on all the same. */
const OF_CONNECTION: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect'],
]);

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
  // Nothing comes with it that an upgrade could have a length of.
  const asked = ask(request, inner, address, { connection: 'Upgrade', upgrade: 'websocket' }, ['content-length']);
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
    asked.off('error', gone);
    asked.once('error', () => socket.destroy());
    response.once('close', () => response.complete || socket.destroy());
    socket.write(headOf(response, 'Connection: close'));
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
    // Node.js would write the body of a DELETE without a length as it is, for the other to take for requests.
    const chunked: Record<string, string> =
      request.headers['transfer-encoding'] === undefined ? {} : { 'transfer-encoding': 'chunked' };
    const asked = ask(request, inner, address, chunked);
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
      // Half of an answer is none: who asked is not to wait for the rest.
      answer.once('close', () => answer.complete || response.destroy());
      response.writeHead(answer.statusCode ?? 502);
      answer.pipe(response);
    });
    request.pipe(asked);
  });
}

const UNREACHED = 'the node that has this room does not answer: try again in a moment';

function ask(
  request: IncomingMessage,
  inner: string,
  address: string,
  more: Record<string, string>,
  without: readonly string[] = [],
) {
  const node = new URL(inner);
  const named = (request.headers.connection ?? '').toLowerCase().split(',');
  const dropped = new Set([...OF_CONNECTION, ...without, ...named.map((name) => name.trim())]);
  const kept = Object.entries(request.headers).filter(([name]) => !dropped.has(name));
  const headers = {
    ...Object.fromEntries(kept),
    ...more,
    'x-forwarded-for': address.replace(/\/64$/, ''),
    [THROUGH]: '1',
  };
  // As it came: read as a URL, `..` in it would name something else there.
  const path = node.pathname.replace(/\/$/, '') + (request.url ?? '/');
  const send = node.protocol === 'https:' ? requestHttps : requestHttp;
  return send({ ...urlToHttpOptions(node), path, method: request.method, headers, agent: false });
}

/** @param connection in place of the headers that are of the connection on which it came */
function headOf(response: IncomingMessage, connection?: string): string {
  const status = response.statusCode ?? 502;
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`];
  for (let i = 0; i + 1 < response.rawHeaders.length; i += 2) {
    const name = response.rawHeaders[i] ?? '';
    if (connection && OF_CONNECTION.has(name.toLowerCase())) continue;
    lines.push(`${name}: ${response.rawHeaders[i + 1]}`);
  }
  if (connection) lines.push(connection);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
