import type { Clock } from '../common/clock.js';
import { TokenBucket } from './token-bucket.js';

export interface KeyedLimiterOptions {
  /** Burst per key. */
  capacity: number;
  perSecond: number;
  /** Keys remembered; at the bound the longest unused is forgotten. */
  maxKeys: number;
  clock: Clock;
}

/** A token bucket for each key (a client's address). Keys are held in memory only and never logged. */
export class KeyedLimiter {
  readonly #options: KeyedLimiterOptions;
  // Insertion order is order of last use: a key is re-inserted when used.
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(options: KeyedLimiterOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#buckets.size;
  }

  take(key: string): boolean {
    const { capacity, perSecond, maxKeys, clock } = this.#options;
    const bucket = this.#buckets.get(key) ?? new TokenBucket(capacity, perSecond, clock);
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > maxKeys) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return bucket.take();
  }
}
