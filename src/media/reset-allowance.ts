/** A damaged stream gives an error now and then; one that is made to give them is bounded by these. */
const AT_ONCE = 10;
const PER_SECOND = 2;

/**
 * How often a decoder may be opened anew: a sender whose every packet is an error would have it done a thousand times a second.
 * While there is no allowance nothing is decoded. Pure: times are passed in.
 */
export class ResetAllowance {
  #left = AT_ONCE;
  #updatedMs: number | null = null;

  /** Whether another error could be mended. */
  has(now: number): boolean {
    const elapsed = Math.max(0, now - (this.#updatedMs ?? now));
    this.#updatedMs = now;
    this.#left = Math.min(AT_ONCE, this.#left + (elapsed / 1000) * PER_SECOND);
    return this.#left >= 1;
  }

  /** The decoder is opened anew. */
  take(now: number): void {
    this.has(now);
    this.#left = Math.max(0, this.#left - 1);
  }
}
