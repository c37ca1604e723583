/**
 * Makes a wrapping counter (RTP's 16-bit sequence number, 32-bit timestamp) continuous: each value is taken as the one
 * nearest to the last, so half the range may be missing, in either direction.
 */
export class SerialUnwrapper {
  readonly #modulus: number;
  #last: number | null = null;

  /** @param bits width of the counter, 1..32 */
  constructor(bits: number) {
    this.#modulus = 2 ** bits;
  }

  /** The continuous value, remembered as the new reference. Negative values can occur just after the start. */
  next(value: number): number {
    this.#last = this.peek(value);
    return this.#last;
  }

  /** The continuous value (of a fractional or already continuous one, too), leaving the reference as it was. */
  peek(value: number): number {
    if (this.#last === null) return value;
    const ahead = (((value - this.#last) % this.#modulus) + this.#modulus) % this.#modulus;
    return this.#last + (ahead > this.#modulus / 2 ? ahead - this.#modulus : ahead);
  }

  /** Counts on from this continuous value. */
  restart(continuous: number): void {
    this.#last = continuous;
  }

  reset(): void {
    this.#last = null;
  }
}
