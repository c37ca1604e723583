import { getPriority, setPriority } from 'node:os';
import { isMainThread } from 'node:worker_threads';

/** Niceness (setpriority(2)); media workers, and the thread that answers clients, have 0. */
const BELOW_THE_CALL = 5;

/**
 * Media workers and sockets come first: a call never waits for its analysis. All that analyses has the same niceness, for what
 * is above the rest of it keeps packets waiting. Of the calling process, on Linux of the calling thread alone (setpriority(2), "C
 * library/kernel differences"); elsewhere a thread leaves its process as it is.
 * What is lower already, for it was started so, stays there: raising it again is root's right alone.
 */
export function belowTheCall(): void {
  if (process.platform !== 'linux' && !isMainThread) return;
  if (getPriority() < BELOW_THE_CALL) setPriority(BELOW_THE_CALL);
}
