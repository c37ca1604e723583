import { systemClock } from '../../src/common/clock.js';

/** One timer drives all synthetic peers of the process: a timer each would cost more than the packets. */
const PERIOD_MS = 5;
const pumps = new Set<(now: number) => void>();
let pumpedMs = 0;
let timer: NodeJS.Timeout | undefined;

export { systemClock as wallClock };

/** Calls `pump` with the wall clock every 5 ms until the returned function is called. */
export function everyFewMilliseconds(pump: (now: number) => void): () => void {
  pumps.add(pump);
  timer ??= setInterval(() => {
    const now = systemClock();
    for (const each of pumps) each(now);
    pumpedMs += systemClock() - now;
  }, PERIOD_MS);
  return () => {
    pumps.delete(pump);
    if (pumps.size > 0 || !timer) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Time that sending has taken in this process, seconds: what a benchmark must not count as the server's. */
export const pumpSeconds = (): number => pumpedMs / 1000;
