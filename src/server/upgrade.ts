import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { EmostreamError, type ErrorCode } from '../common/errors.js';
import type { Access } from './access.js';
import { isLoopbackHost, originAllowed } from './origin.js';
import { SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX, WS_PATH } from './protocol.js';
import { SeatTickets } from './seat-tickets.js';
import type { Identity } from './tokens.js';

export interface UpgradeRules {
  access: Access;
  allowedOrigins: readonly string[];
  /** @throws EmostreamError UNAUTHENTICATED or KEYS_UNAVAILABLE */
  verify: (token: string) => Promise<Identity>;
  tickets: SeatTickets;
}

/** Who opens a socket. */
export interface Admitted {
  identity: Identity;
  /** The ticket of a seat by which they showed it. */
  ticket?: string;
}

/**
 * Checks a WebSocket's HTTP upgrade, before the socket exists.
 * @throws EmostreamError NOT_FOUND, ORIGIN_REFUSED, BAD_MESSAGE, UNAUTHENTICATED or KEYS_UNAVAILABLE
 */
export async function admit(request: IncomingMessage, rules: UpgradeRules): Promise<Admitted> {
  const { headers } = request;
  const path = (request.url ?? '').split('?', 1)[0];
  if (path !== WS_PATH) throw new EmostreamError('NOT_FOUND', `the WebSocket is at ${WS_PATH}`);
  checkOrigin(headers, rules);
  checkVersion(headers['sec-websocket-protocol']);
  const token = bearerToken(headers.authorization) ?? subprotocolToken(headers['sec-websocket-protocol']);
  if (token === undefined) {
    throw new EmostreamError(
      'UNAUTHENTICATED',
      `no access token: send "Authorization: Bearer …" or the subprotocol "${TOKEN_SUBPROTOCOL_PREFIX}…"`,
    );
  }
  return whoShows(token, rules);
}

/** @throws EmostreamError UNAUTHENTICATED or KEYS_UNAVAILABLE */
export async function whoShows(token: string, rules: Pick<UpgradeRules, 'verify' | 'tickets'>): Promise<Admitted> {
  if (!SeatTickets.is(token)) return { identity: await rules.verify(token) };
  const seat = rules.tickets.find(token);
  if (seat) return { identity: seat.identity, ticket: token };
  throw new EmostreamError('UNAUTHENTICATED', 'that seat is held no more: connect with an access token');
}

/** @throws EmostreamError ORIGIN_REFUSED */
export function checkOrigin(
  headers: IncomingMessage['headers'],
  { access, allowedOrigins }: Pick<UpgradeRules, 'access' | 'allowedOrigins'>,
): void {
  if (!originAllowed(headers.origin, headers.host, allowedOrigins)) {
    throw new EmostreamError('ORIGIN_REFUSED', 'pages of this origin may not connect: see allowedOrigins');
  }
  if (access.development && !isLoopbackHost(headers.host)) {
    throw new EmostreamError('ORIGIN_REFUSED', 'in development mode the server answers to localhost only');
  }
}

/**
 * Whoever names versions of the protocol must name ours; whoever names none is taken to mean it.
 * @throws EmostreamError BAD_MESSAGE
 */
function checkVersion(header: string | undefined): void {
  const versions = offered(header).filter((protocol) => protocol.startsWith('emostream.'));
  if (versions.length === 0 || versions.includes(SUBPROTOCOL)) return;
  throw new EmostreamError('BAD_MESSAGE', `this server speaks ${SUBPROTOCOL}: offer it as a subprotocol`);
}

const offered = (header: string | undefined): string[] => (header ?? '').split(',').map((protocol) => protocol.trim());

/** RFC 6750 §2.1. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
}

function subprotocolToken(header: string | undefined): string | undefined {
  const carrier = offered(header).find((protocol) => protocol.startsWith(TOKEN_SUBPROTOCOL_PREFIX));
  return carrier?.slice(TOKEN_SUBPROTOCOL_PREFIX.length);
}

/** HTTP status of an error code, where a request ends with one. */
export function httpStatus(code: ErrorCode): number {
  switch (code) {
    case 'BAD_MESSAGE':
      return 400;
    case 'UNAUTHENTICATED':
      return 401;
    case 'FORBIDDEN':
    case 'ORIGIN_REFUSED':
    case 'WRONG_ROOM':
    case 'CONSENT_REQUIRED':
    case 'POLICY_FORBIDS':
      return 403;
    case 'NOT_FOUND':
      return 404;
    case 'UNSUPPORTED_MEDIA':
      return 406;
    case 'WRONG_STATE':
      return 409;
    case 'MESSAGE_TOO_LARGE':
      return 413;
    case 'MOVED':
      return 421;
    case 'RATE_LIMITED':
      return 429;
    case 'LIMIT_REACHED':
    case 'OVERLOADED':
    case 'WORKER_DIED':
    case 'KEYS_UNAVAILABLE':
    case 'NATS_UNAVAILABLE':
    case 'CLOSED':
      return 503;
    default:
      return 500;
  }
}

/** How long a refused client may take to read why, ms. */
const REFUSAL_PATIENCE_MS = 1000;

/** Answers an upgrade that is refused, and closes the connection, whatever the other side does. */
export function refuseUpgrade(socket: Duplex, error: EmostreamError): void {
  const status = httpStatus(error.code);
  const message = error.code === 'INTERNAL' ? 'something went wrong on the server' : error.message;
  // The HTTP server watches over it no more, and the client may leave its half open for ever.
  const timer = setTimeout(() => socket.destroy(), REFUSAL_PATIENCE_MS);
  socket.once('close', () => clearTimeout(timer));
  socket.resume();
  const body = JSON.stringify({ error: { code: error.code, message } });
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'Connection: close',
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...(status === 401 ? ['WWW-Authenticate: Bearer'] : []),
      '',
      body,
    ].join('\r\n'),
  );
}
