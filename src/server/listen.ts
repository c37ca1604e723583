import type { Server } from 'node:http';
import { EmostreamError } from '../common/errors.js';

/** @param option the flag that another port is chosen by. @throws EmostreamError CONFIG_INVALID */
export function listen(
  server: Server,
  { host, port, option }: { host: string; port: number; option: string },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'another program listens there already' : cause.message;
      const hint = `choose another with ${option}`;
      reject(new EmostreamError('CONFIG_INVALID', `cannot listen on ${host}:${port}: ${why}; ${hint}`, { cause }));
    });
    server.listen(port, host, resolve);
  });
}

export function hostForUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
