export interface RestartPolicyOptions {
  firstDelayMs: number;
  maxDelayMs: number;
  /** A process that was ready for so long had no trouble from its start: what comes next is a new trouble, ms. */
  calmMs: number;
  /** Processes in a row that end without ever having been ready; then it is given up. */
  maxFailedStarts: number;
}

export const RESTARTS: RestartPolicyOptions = {
  firstDelayMs: 100,
  maxDelayMs: 10_000,
  calmMs: 60_000,
  maxFailedStarts: 10,
};

/**
 * When another process takes the place of one that ended: soon, then after ever longer waits. The very first that ends
 * without having been ready is not followed: what keeps it from starting (a wrong option, a port that is taken) is there
 * the next time too, and was said already.
 */
export class RestartPolicy {
  readonly #options: RestartPolicyOptions;
  #everReady = false;
  #readyAtMs: number | undefined;
  #ends = 0;
  #failedStarts = 0;

  constructor(options: RestartPolicyOptions = RESTARTS) {
    this.#options = options;
  }

  /** The running process is ready. */
  ready(nowMs: number): void {
    this.#everReady = true;
    this.#readyAtMs = nowMs;
    this.#failedStarts = 0;
  }

  /** The running process ended. @returns how long to wait before the next, ms; null: there is no use */
  ended(nowMs: number): number | null {
    const { firstDelayMs, maxDelayMs, calmMs, maxFailedStarts } = this.#options;
    const readyAtMs = this.#readyAtMs;
    this.#readyAtMs = undefined;
    if (readyAtMs === undefined) {
      this.#failedStarts += 1;
      if (!this.#everReady || this.#failedStarts >= maxFailedStarts) return null;
    } else if (nowMs - readyAtMs >= calmMs) {
      this.#ends = 0;
    }
    const delayMs = Math.min(firstDelayMs * 2 ** this.#ends, maxDelayMs);
    this.#ends += 1;
    return delayMs;
  }
}
