import type { Server } from 'node:http';
import { addressRefused, type AddressRefused } from '../common/address-refused.js';
import { EmostreamError } from '../common/errors.js';

export interface ListenOptions {
  host: string;
  port: number;
  /** The flags that another address or port is chosen by. */
  flags: { host: string; port: string };
}

/** @throws EmostreamError CONFIG_INVALID */
export function listen(server: Server, { host, port, flags }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const known: Record<AddressRefused, string> = {
        'in-use': `another program listens there already; choose another port with ${flags.port}`,
        'not-here': `this machine has no such address; choose one of its own with ${flags.host}`,
        'not-allowed': `ports below 1024 take a privilege; choose another with ${flags.port}`,
      };
      const refused = addressRefused(cause.message);
      const why = refused ? known[refused] : `${cause.message}; see ${flags.host} and ${flags.port}`;
      reject(new EmostreamError('CONFIG_INVALID', `cannot listen on ${host}:${port}: ${why}`, { cause }));
    });
    server.listen(port, host, resolve);
  });
}

export function hostForUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
