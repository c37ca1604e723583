import { isLoopback } from '../config/cross-checks.js';

/**
 * Whether a page may talk to this server. Browsers always send Origin with a WebSocket (RFC 6455 §10.2) and pages cannot
 * forge it; programs that are no browsers send none.
 * @param origin the Origin header
 * @param host the Host header
 */
export function originAllowed(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  if (origin === undefined) return true;
  if (allowed.some((entry) => entry.replace(/\/$/, '').toLowerCase() === origin.toLowerCase())) return true;
  const parsed = URL.canParse(origin) ? new URL(origin) : undefined;
  return parsed !== undefined && host !== undefined && parsed.host.toLowerCase() === host.toLowerCase();
}

/**
 * Whether the Host header names this machine's loopback. In development mode anybody may have a token, so a foreign name
 * that was made to resolve to 127.0.0.1 (DNS rebinding) must not pass for our own page.
 */
export function isLoopbackHost(host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(`http://${host}`)) return false;
  return isLoopback(new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, ''));
}
