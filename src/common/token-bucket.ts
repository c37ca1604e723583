import type { Clock } from './clock.js';

/** A token bucket: `perSecond` on average, bursts up to `capacity`. */
export class TokenBucket {
  readonly #capacity: number;
  readonly #perSecond: number;
  readonly #clock: Clock;
  #tokens: number;
  #filledMs: number;

  constructor(capacity: number, perSecond: number, clock: Clock) {
    this.#capacity = capacity;
    this.#perSecond = perSecond;
    this.#clock = clock;
    this.#tokens = capacity;
    this.#filledMs = clock();
  }

  /** Takes `tokens`; false, and none taken, when there are not so many. */
  take(tokens = 1): boolean {
    if (!this.has(tokens)) return false;
    this.#tokens -= tokens;
    return true;
  }

  /** Whether there are so many; none is taken. */
  has(tokens = 1): boolean {
    const now = this.#clock();
    const gained = (Math.max(0, now - this.#filledMs) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#capacity, this.#tokens + gained);
    this.#filledMs = now;
    return this.#tokens >= tokens;
  }
}
