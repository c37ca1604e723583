import type { IncomingMessage } from 'node:http';
import { isIP, isIPv6 } from 'node:net';

/** One way to write an address: an IPv4 one also where it comes as IPv6, an IPv6 one as RFC 5952 has it; no zone. */
export function normalAddress(address: string | undefined): string {
  const plain = (address ?? '').split('%', 1)[0] ?? '';
  if (!isIPv6(plain)) return plain;
  // URL parsers write IPv6 addresses so.
  const canonical = new URL(`http://[${plain}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (!mapped) return canonical;
  const [high, low] = [parseInt(mapped[1] ?? '', 16), parseInt(mapped[2] ?? '', 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/**
 * What the limits per address count by: an IPv4 address, or the /64 network of an IPv6 one, for whoever has one IPv6 address
 * has the whole network (RFC 6177 §2; hosts make their own addresses in it, RFC 4862).
 */
export function addressKey(address: string | undefined): string {
  const normal = normalAddress(address);
  if (!isIPv6(normal)) return normal;
  const [head = '', tail] = normal.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  return `${[...left, ...Array<string>(zeros).fill('0'), ...right].slice(0, 4).join(':')}::/64`;
}

/**
 * Who asks: the other end of the connection, or, where that is a trusted proxy, the last address in X-Forwarded-For that is
 * not one: whatever stands before it the client may have written itself.
 */
export function clientAddress(request: IncomingMessage, trusted: ReadonlySet<string>): string {
  const direct = normalAddress(request.socket.remoteAddress);
  if (!trusted.has(direct)) return addressKey(direct);
  const header = request.headers['x-forwarded-for'];
  const forwarded = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').map(withoutPort).reverse();
  for (const entry of forwarded) {
    if (isIP(entry) === 0) break;
    if (!trusted.has(normalAddress(entry))) return addressKey(entry);
  }
  return addressKey(direct);
}

/** Some proxies write the client's port too. */
function withoutPort(entry: string): string {
  const text = entry.trim();
  return /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text;
}
