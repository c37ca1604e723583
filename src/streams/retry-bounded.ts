import { type MonoTypeOperatorFunction, retry, throwError, timer } from 'rxjs';
import type { Clock } from '../common/clock.js';

export interface RetryOptions {
  /** So many failures are followed by a new start… */
  attempts: number;
  /** …within so long, ms; older ones are forgotten. */
  withinMs: number;
  /** Between a failure and the new start, ms. */
  delayMs: number;
  clock: Clock;
  onFailure: (error: unknown) => void;
}

/** Starts anew after an error, so often within a time; then the error goes on. What was held by the stream is gone each time. */
export function retryBounded<T>({
  attempts,
  withinMs,
  delayMs,
  clock,
  onFailure,
}: RetryOptions): MonoTypeOperatorFunction<T> {
  let failures: number[] = [];
  return retry({
    delay: (error: unknown) => {
      onFailure(error);
      const now = clock();
      failures = [...failures.filter((at) => now - at < withinMs), now];
      return failures.length > attempts ? throwError(() => error) : timer(delayMs);
    },
  });
}
