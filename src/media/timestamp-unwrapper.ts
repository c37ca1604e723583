import { SerialUnwrapper } from './serial-number.js';

const QUARTER_ROUND = 2 ** 30;

/**
 * Makes RTP timestamps continuous. One that jumped is counted from by the next of its kind only: half way round, the one may be
 * ahead of the line and the other behind it, and they are neighbours all the same.
 */
export class TimestampUnwrapper {
  readonly #sure = new SerialUnwrapper(32);
  readonly #jumped = new SerialUnwrapper(32);
  #doubtful = false;

  /** By the line; a fractional or already continuous value, too. */
  peek(timestamp: number): number {
    return this.#sure.peek(timestamp);
  }

  /** @param expected where the line is by now, ticks; null: nowhere */
  next(timestamp: number, expected: number | null): number {
    const ticks = this.#sure.peek(timestamp);
    if (!this.#doubtful || expected === null || Math.abs(ticks - expected) < QUARTER_ROUND) return ticks;
    return this.#jumped.peek(timestamp);
  }

  /** @param doubtful it jumped, and nothing confirms it yet */
  count(ticks: number, doubtful: boolean): void {
    this.#doubtful = doubtful;
    (doubtful ? this.#jumped : this.#sure).restart(ticks);
  }

  reset(): void {
    this.#sure.reset();
    this.#doubtful = false;
  }
}
