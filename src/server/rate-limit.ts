import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { EmostreamError } from '../common/errors.js';
import type { Meter, Refusal } from '../common/metrics.js';

export interface RateLimitOptions {
  /** `what` of emostream_refused_total. */
  what: Refusal;
  /** What is limited, for the one who is told to wait: "tokens asked for". */
  thing: string;
  /** So many points for each key in so many seconds. */
  points: number;
  seconds: number;
  meter: Meter;
  /** Keys remembered. At the bound the one whose count began first is forgotten, and begins anew. */
  maxKeys?: number;
}

const MAX_KEYS = 20_000;

/** A rate for each key (an address, a token's digest). Keys are held in memory only, and never logged. */
export class RateLimit {
  readonly #options: RateLimitOptions;
  readonly #limiter: RateLimiterMemory;
  /** When each key's count ends, oldest first: the library's store has no bound of its own. */
  readonly #ends = new Map<string, number>();

  constructor(options: RateLimitOptions) {
    this.#options = options;
    this.#limiter = new RateLimiterMemory({ points: options.points, duration: options.seconds });
  }

  get size(): number {
    return this.#ends.size;
  }

  /**
   * Takes `points` of the key's share.
   * @throws EmostreamError RATE_LIMITED, which says when to try again
   */
  async take(key: string, points = 1): Promise<void> {
    const waitMs = await this.tryTake(key, points);
    if (waitMs === 0) return;
    const { what, thing, meter } = this.#options;
    meter.count('emostream_refused_total', { what });
    throw new EmostreamError('RATE_LIMITED', `too many ${thing}: try again in ${Math.ceil(waitMs / 1000)} s`);
  }

  /**
   * Takes `points` of the key's share; whoever is refused has spent nothing by it.
   * @returns 0 when they were taken, or the time until the share is whole again, ms
   */
  async tryTake(key: string, points = 1): Promise<number> {
    try {
      const { msBeforeNext } = await this.#limiter.consume(key, points);
      this.#remember(key, msBeforeNext);
      return 0;
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      this.#remember(key, refusal.msBeforeNext);
      await this.#limiter.reward(key, points);
      return Math.max(1, refusal.msBeforeNext);
    }
  }

  #remember(key: string, msBeforeNext: number): void {
    const now = Date.now();
    const known = this.#ends.get(key);
    if (known !== undefined && known > now) return;
    this.#ends.delete(key);
    this.#ends.set(key, now + msBeforeNext);
    for (const [oldest, end] of this.#ends) {
      if (end > now && this.#ends.size <= (this.#options.maxKeys ?? MAX_KEYS)) break;
      this.#ends.delete(oldest);
      // Of an expired one there may be a newer count in the library by now, but never without an entry at the end of ours.
      if (end > now) this.#limiter.delete(oldest).catch(() => false);
    }
  }
}
