/** Wall-clock milliseconds since the Unix epoch, fractional. Passed in everywhere, so that logic is tested without timers. */
export type Clock = () => number;

/**
 * A wall clock that never steps: the epoch is read once and then carried by the monotonic clock.
 * A step of the system clock (NTP, suspend) must not tear a window apart.
 */
export const systemClock: Clock = () => performance.timeOrigin + performance.now();
