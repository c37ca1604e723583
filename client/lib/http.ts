import {
  errorBodySchema,
  GRANTS_PATH,
  type GrantsAnswer,
  grantsAnswerSchema,
  INFO_PATH,
  MODERATE_PATH,
  type moderationSchema,
  infoSchema,
  type ServerInfo,
  TOKEN_PATH,
  tokenResponseSchema,
} from '../../src/server/protocol.js';
import { z } from 'zod';
import { roomIdSchema } from '../../src/events/schema.js';
import { httpAddress } from './addresses.js';
import { ClientError, isFinal, toClientError } from './errors.js';
import { Servers } from './servers.js';

const errorResponse = z.object({ error: errorBodySchema });
const TIMEOUT_MS = 10_000;

/** What a client should know before it joins: version, policy, whether the door is open. */
export function fetchInfo(server: string | URL): Promise<ServerInfo> {
  return call(httpAddress(server, INFO_PATH), { method: 'GET' }, infoSchema);
}

/**
 * A token from a server whose door is open (development, or `openDoor`).
 * @returns the token and its end, ms since the epoch
 */
export function requestToken(server: string | URL, room: string): Promise<{ token: string; expiresAt: number }> {
  const parsed = roomIdSchema.safeParse(room);
  if (!parsed.success) {
    const message = `"${room}" is no room: ${parsed.error.issues[0]?.message ?? ''}`;
    return Promise.reject(new ClientError('BAD_MESSAGE', message));
  }
  const headers = { 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify({ room }) };
  return call(httpAddress(server, TOKEN_PATH), init, tokenResponseSchema);
}

/** What a token (or the ticket of a seat) is good for. @throws ClientError UNAUTHENTICATED, … */
export function fetchGrants(server: string | URL, token: string): Promise<GrantsAnswer> {
  const headers = { authorization: `Bearer ${token}` };
  return call(httpAddress(server, GRANTS_PATH), { method: 'GET', headers }, grantsAnswerSchema);
}

/** Why a socket was refused, as far as a request can find out; undefined: not for its token, nor for the page's origin. */
export async function whyRefused(server: string | URL, token: string): Promise<ClientError | undefined> {
  try {
    await fetchGrants(server, token);
    return undefined;
  } catch (error) {
    if (!(error instanceof ClientError)) return undefined;
    const { code } = error;
    return isFinal(error) || code === 'KEYS_UNAVAILABLE' ? error : undefined;
  }
}

/**
 * What a token that grants `moderate` may do, without a socket: remove somebody, stop or allow their analysis, end a call.
 * @returns `until`, ms: when who was removed may come back
 * @throws ClientError FORBIDDEN, NOT_FOUND, …
 */
export async function moderate(
  server: string | URL,
  token: string,
  request: z.input<typeof moderationSchema>,
): Promise<{ until?: number | undefined }> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const init = { method: 'POST', headers, body: JSON.stringify(request) };
  const at = (base: string | URL) =>
    call(httpAddress(base, MODERATE_PATH), init, z.object({ until: z.number().optional() }));
  try {
    return await at(server);
  } catch (error) {
    const { code, url } = toClientError(error);
    const servers = new Servers(server, true);
    // The room is at another server: that is asked once, by the rules that hold for sockets.
    if (code !== 'MOVED' || url === undefined || !servers.moved(url)) throw error;
    return at(servers.current);
  }
}

async function call<T>(url: string, init: RequestInit, schema: z.ZodType<T>): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    if (await answersOthers(url)) {
      const message = `the server at ${url} does not let pages of ${pageOrigin()} ask it; its option allowedOrigins has to name them`;
      throw new ClientError('ORIGIN_REFUSED', message, { cause: error });
    }
    const message = `no server answers at ${url}; check the address and that the server runs`;
    throw new ClientError('UNREACHABLE', message, { cause: error });
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) {
    const known = errorResponse.safeParse(body);
    if (known.success) {
      const { code, message, url: where } = known.data.error;
      throw new ClientError(code, message, { url: where });
    }
    throw new ClientError('BAD_REPLY', `${url} answered with HTTP status ${response.status}`);
  }
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new ClientError('BAD_REPLY', `what answers at ${url} is not a matching emostream server`);
  return parsed.data;
}

/** Undefined outside of pages. */
const pageOrigin = (): string | undefined => (globalThis as { location?: { origin: string } }).location?.origin;

/**
 * Whether a server that this page could not ask is there all the same: browsers do not tell pages of another origin which of the two it
 * is, but let them send what they may not read (https://fetch.spec.whatwg.org/#concept-request-mode, "no-cors").
 */
async function answersOthers(url: string): Promise<boolean> {
  const here = pageOrigin();
  if (here === undefined || new URL(url).origin === here) return false;
  const init = { mode: 'no-cors', signal: AbortSignal.timeout(TIMEOUT_MS) } as const;
  return fetch(httpAddress(new URL('..', url), '/healthz'), init).then(
    () => true,
    () => false,
  );
}

/** The room that a token is for, unchecked: only its server can check it. Undefined where it does not say, or for every room. */
export function roomOfToken(token: string): string | undefined {
  const claims = z.object({ room: z.string().optional() });
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const { room } = claims.parse(JSON.parse(atob(payload)));
    return room === '*' ? undefined : room;
  } catch {
    return undefined;
  }
}
