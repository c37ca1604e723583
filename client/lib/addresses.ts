import { WS_PATH } from '../../src/server/protocol.js';
import { ClientError } from './errors.js';

/**
 * A server is named by one address, the folder its page lies in: `https://calls.example/` or, behind a path,
 * `https://example.org/calls/`. `ws:`/`wss:` and the address of the socket itself are understood too.
 */
export function serverBase(server: string | URL): URL {
  let url: URL;
  try {
    url = new URL(server);
  } catch (error) {
    throw new ClientError('UNREACHABLE', `"${String(server)}" is not an address; write https://host:port`, {
      cause: error,
    });
  }
  url.protocol = url.protocol.replace(/^ws/, 'http');
  if (!/^https?:$/.test(url.protocol)) {
    throw new ClientError('UNREACHABLE', `"${url.href}" is not an address of a server; write https://host:port`);
  }
  if (url.pathname.endsWith(WS_PATH)) url.pathname = url.pathname.slice(0, -WS_PATH.length);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  url.search = '';
  url.hash = '';
  return url;
}

export function httpAddress(server: string | URL, path: string): string {
  return new URL(path.replace(/^\//, ''), serverBase(server)).href;
}

export function socketAddress(server: string | URL): string {
  return httpAddress(server, WS_PATH).replace(/^http/, 'ws');
}
