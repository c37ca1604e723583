import type { ClientOptions } from './client-types.js';

/** Least time between two renewals of a token, ms. */
const RENEW_EVERY_MS = 10_000;

/** Where a client has its token from. */
export class TokenSource {
  readonly #token: ClientOptions['token'];
  #renewedMs = -Infinity;

  constructor(token: ClientOptions['token']) {
    this.#token = token;
  }

  /** It gives another one each time. */
  get renews(): boolean {
    return typeof this.#token === 'function';
  }

  /** Whether it has expired, the server alone can say: this machine's clock may be wrong. */
  async get(): Promise<string> {
    return typeof this.#token === 'function' ? this.#token() : this.#token;
  }

  /**
   * Whether a token that is about to end is to be renewed now; a token that ends within a minute is told to be expiring at once: not
   * in a circle.
   */
  isDue(nowMs: number): boolean {
    if (!this.renews || nowMs - this.#renewedMs < RENEW_EVERY_MS) return false;
    this.#renewedMs = nowMs;
    return true;
  }
}
