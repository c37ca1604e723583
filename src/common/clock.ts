import { FollowingClock } from './following-clock.js';

/** Wall-clock milliseconds since the Unix epoch, fractional. Passed in everywhere, so that logic is tested without timers. */
export type Clock = () => number;

/** The one clock of this process (a thread has its own, by the same rules). */
export const systemTime = new FollowingClock({ wallMs: () => Date.now(), monotonicMs: () => performance.now() });

/** Follows the system's wall clock, and never goes back; see FollowingClock. */
export const systemClock: Clock = () => systemTime.now();
