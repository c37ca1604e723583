import { isIP } from 'node:net';

/**
 * What pages of one node may connect to (https://www.w3.org/TR/CSP3/#framework-directive-source-list): every node that is there and, where
 * all are of one domain as `node-1.calls.example` and `node-2.calls.example` are, those that will be: a page stays open for longer than
 * a node.
 * @param urls of the nodes
 */
export function nodeSources(urls: readonly string[]): string[] {
  const origins = [...new Set(urls.map((url) => new URL(url).origin))];
  const domains = new Set(origins.map(domainOf));
  const [domain] = domains;
  return domains.size === 1 && domain !== undefined ? [domain, ...origins] : origins;
}

/** All hosts beside this one; undefined where its parent is no domain of somebody's own, but an address or a top-level domain. */
function domainOf(origin: string): string | undefined {
  const { protocol, hostname, port } = new URL(origin);
  const parent = hostname.split('.').slice(1).join('.');
  if (isIP(hostname) !== 0 || !parent.includes('.')) return undefined;
  return `${protocol}//*.${parent}${port && `:${port}`}`;
}
