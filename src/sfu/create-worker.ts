import * as mediasoup from 'mediasoup';
import type { types } from 'mediasoup';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Starts a mediasoup worker whose end is ours to decide. mediasoup closes its workers itself at SIGINT and SIGTERM, by
 * listeners that each Worker's constructor adds to the process (node/lib/Worker.js); they run before ours, and everybody
 * would hear that a worker died instead of that the server closes. So they are taken off again.
 *
 * The server is in a process group of its own (src/cli/supervisor.ts), so Ctrl-C does not reach the worker. A service manager
 * that signals every process does reach it, and it ends by itself: which of the two is heard of first is then not certain.
 */
export function createWorker(settings: types.WorkerSettings): Promise<types.Worker> {
  const before = new Map(SIGNALS.map((signal) => [signal, new Set(process.listeners(signal))]));
  // The constructor runs before this returns: createWorker awaits nothing earlier.
  const starting = mediasoup.createWorker(settings);
  for (const [signal, known] of before) {
    for (const listener of process.listeners(signal)) {
      if (!known.has(listener)) process.removeListener(signal, listener);
    }
  }
  return starting;
}
