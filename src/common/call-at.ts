import type { Clock } from './clock.js';

/** A timer stands still while the machine sleeps, and a clock may be set: it is looked at again after so long, ms. */
const LOOK_EVERY_MS = 30_000;

/**
 * Runs a task when a clock has reached a time, however far that is. A timer that fires early by that clock is set again.
 * Does not keep the process alive.
 * @returns what calls it off
 */
export function callAt(whenMs: number, clock: Clock, task: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    const leftMs = Math.max(0, Math.ceil(whenMs - clock()));
    timer = setTimeout(() => (clock() >= whenMs ? task() : wait()), Math.min(leftMs, LOOK_EVERY_MS));
    timer.unref();
  };
  wait();
  return () => clearTimeout(timer);
}
