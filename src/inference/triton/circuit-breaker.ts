import type { Clock } from '../../common/clock.js';

/** So many failures running, and a server is asked no more. */
const FAILURES = 3;
/** How long until it is tried again: twice as long each time, until it has lasted. */
const FIRST_MS = 500;
const LONGEST_MS = 10_000;
/** It has lasted when it was good for so long. */
const LASTED_MS = 30_000;

/**
 * Whether a server is asked (the circuit is closed) or left alone (open). An open one is closed by a trial that is not at anybody's
 * cost: no window is spent on finding out.
 */
export class CircuitBreaker {
  readonly #clock: Clock;
  #open = true;
  #failures = 0;
  #trials = 0;
  #closedAt = -Infinity;

  /** Open: a server is asked once it has been seen to be good. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get open(): boolean {
    return this.#open;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** @param fatal it would fail again @returns whether it is open now and was not before */
  failed(fatal: boolean): boolean {
    this.#failures++;
    if (this.#open || (!fatal && this.#failures < FAILURES)) return false;
    this.#open = true;
    if (this.#clock() - this.#closedAt >= LASTED_MS) this.#trials = 0;
    return true;
  }

  /** How long until the next trial, ms. */
  nextTrial(): number {
    return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(this.#trials++, 30));
  }

  /** A trial went well. */
  close(): void {
    this.#open = false;
    this.#failures = 0;
    this.#closedAt = this.#clock();
  }
}
