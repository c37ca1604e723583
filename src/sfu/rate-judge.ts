/** Beyond the limit by so much for so many looks in a row it is no burst; beyond it by far, one look is enough. */
const TOLERANCE = 1.5;
const PATIENCE_LOOKS = 3;
const FLOOD = 4;
const MIN_SECONDS = 1;

/** Judges whether a sender keeps to a rate, by what came since the last look. Looked at every few seconds; pure. */
export class RateJudge {
  readonly #limitPerSecond: number;
  #lastMs: number;
  #over = 0;

  constructor(limitPerSecond: number, nowMs: number) {
    this.#limitPerSecond = limitPerSecond;
    this.#lastMs = nowMs;
  }

  /** @returns true when the sender is to be stopped; after that the judge begins anew */
  look(grown: number, nowMs: number): boolean {
    const seconds = (nowMs - this.#lastMs) / 1000;
    // Looks that follow each other at once (a busy machine) say nothing about a rate.
    this.#lastMs = nowMs;
    const excess = grown / Math.max(MIN_SECONDS, seconds) / this.#limitPerSecond;
    this.#over = excess > TOLERANCE ? this.#over + 1 : 0;
    if (this.#over < PATIENCE_LOOKS && excess <= FLOOD) return false;
    this.#over = 0;
    return true;
  }
}
