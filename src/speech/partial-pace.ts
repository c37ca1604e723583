/** How often somebody who speaks is told what they said so far, ms of speech, where there is time for it. */
const EVERY_MS = 500;
/** Beyond this partial words help nobody. */
const SELDOM_MS = 2000;
/** Of the thread's time, partial words take at most this share: they repeat work. */
const SHARE = 0.25;
/** Weight of the newest duration in the mean. */
const NEWEST = 0.2;

/**
 * How often partial words are recognised: as often as is useful, and no more often than that all who speak together take a
 * quarter of the thread's time. Pure.
 */
export class PartialPace {
  #meanMs = 0;

  /**
   * A piece took so long, ms. One that was whole counts only while there are no partial ones, which otherwise would never come again:
   * the first of all may have waited for the model.
   */
  took(durationMs: number, partial: boolean): void {
    if (partial || this.everyMs(1) === Infinity) this.#meanMs += NEWEST * (durationMs - this.#meanMs);
  }

  /** @param speaking people who speak at the moment @returns ms of speech between partial words; Infinity: none */
  everyMs(speaking: number): number {
    const everyMs = Math.max(EVERY_MS, (speaking * this.#meanMs) / SHARE);
    return everyMs > SELDOM_MS ? Infinity : everyMs;
  }
}
