import type { Clock } from './clock.js';

/** Node takes a longer delay for 1 ms (nodejs.org/api/timers.html: 2^31 - 1). */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Runs a task when a clock has reached a time, however far that is. A timer that fires early by that clock is set again.
 * Does not keep the process alive.
 * @returns what calls it off
 */
export function callAt(whenMs: number, clock: Clock, task: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    const leftMs = Math.max(0, Math.ceil(whenMs - clock()));
    timer = setTimeout(() => (clock() >= whenMs ? task() : wait()), Math.min(leftMs, LONGEST_TIMEOUT_MS));
    timer.unref();
  };
  wait();
  return () => clearTimeout(timer);
}
