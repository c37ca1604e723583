export interface BackoffOptions {
  /** Delay before the first new try, ms; default 500. */
  initialMs: number;
  /** Longest delay, ms; default 15 000. */
  maxMs: number;
}

export const DEFAULT_BACKOFF: BackoffOptions = { initialMs: 500, maxMs: 15_000 };

/**
 * Exponential backoff with "equal jitter": half of the delay is certain, half is random, so that the clients of a
 * restarted server do not all come back in the same instant.
 * @param attempt 0 for the first new try
 * @param random in [0, 1)
 * @returns ms to wait
 */
export function backoffDelay(attempt: number, random: number, options: BackoffOptions = DEFAULT_BACKOFF): number {
  // 2^30 ms is beyond any maxMs: the exponent is bounded so that it cannot overflow.
  const full = Math.min(options.maxMs, options.initialMs * 2 ** Math.min(attempt, 30));
  return full / 2 + (full / 2) * random;
}
