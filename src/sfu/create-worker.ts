import * as mediasoup from 'mediasoup';
import type { types } from 'mediasoup';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Starts a mediasoup worker whose end is ours to decide. mediasoup closes its workers itself at SIGINT and SIGTERM, by
 * listeners that each Worker's constructor adds to the process (node/lib/Worker.js); they run before ours, and everybody
 * would hear that a worker died instead of that the server closes. So they are taken off again.
 *
 * A signal to the whole process group (Ctrl-C) reaches the worker process as well, and it ends by itself. That is in order:
 * libuv hands this process its own signal before the SIGCHLD of the worker's exit, and what is told is told at once then.
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
