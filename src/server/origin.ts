import { isLoopback } from '../config/loopback.js';
import { webOrigin } from '../config/web-origin.js';

/**
 * Whether a page may talk to this server. Browsers always send Origin with a WebSocket (RFC 6455 §10.2) and pages cannot
 * forge it; programs that are no browsers send none. Compared as origins (RFC 6454): a default port that is written out, by a proxy in
 * Host for one, is the same as none.
 * @param origin the Origin header
 * @param host the Host header
 */
export function originAllowed(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  if (origin === undefined) return true;
  const asking = webOrigin(origin);
  if (asking === undefined) return false;
  if (allowed.some((entry) => webOrigin(entry) === asking)) return true;
  // The server does not know by which scheme a proxy was asked: the page's counts.
  return host !== undefined && webOrigin(`${new URL(asking).protocol}//${host}`) === asking;
}

/**
 * Whether the Host header names this machine's loopback. In development mode anybody may have a token, so a foreign name
 * that was made to resolve to 127.0.0.1 (DNS rebinding) must not pass for our own page.
 */
export function isLoopbackHost(host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(`http://${host}`)) return false;
  return isLoopback(new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, ''));
}
