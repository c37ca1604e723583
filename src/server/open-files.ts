import { readFileSync } from 'node:fs';
import type { Config } from '../config/schema.js';

/** Beside sockets: libraries, pipes of workers and processes, logs, files that are served. */
const OWN_FILES = 256;

/** The most files that this process may have open (proc(5), `limits`; Node raises the soft limit to the hard one itself). */
export function openFileLimit(path = '/proc/self/limits'): number | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    // Not Linux: nobody knows.
    return undefined;
  }
  const [, soft] = /^Max open files\s+(\d+|unlimited)/m.exec(text) ?? [];
  if (soft === undefined) return undefined;
  return soft === 'unlimited' ? Infinity : Number(soft);
}

/** What is wrong with that limit for the sockets that are allowed, and what to do. */
export function openFilesWarning(
  { maxSockets }: Pick<Config, 'maxSockets'>,
  withoutToken: number,
  limit = openFileLimit(),
): string | undefined {
  const needed = maxSockets + withoutToken + OWN_FILES;
  if (limit === undefined || limit >= needed) return undefined;
  return (
    `this process may open ${limit} files, but ${maxSockets} sockets (maxSockets) can need ${needed}: past the limit nobody ` +
    `is let in, and calls may break. Raise it (ulimit -n ${needed}; systemd: LimitNOFILE=${needed}; Docker: --ulimit ` +
    `nofile=${needed}), or lower maxSockets`
  );
}
