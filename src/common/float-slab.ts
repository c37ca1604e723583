/**
 * Small arrays cut from a large one: each array of its own costs an allocation outside of the heap, and as much again when it is
 * collected. A piece keeps its slab alive, so pieces should live equally long.
 */
export class FloatSlab {
  #slab = new Float32Array(0);
  #used = 0;

  /** @param size of a slab; a larger piece gets an array of its own */
  constructor(private readonly size: number) {}

  /** Zeroes, nobody else's. */
  take(length: number): Float32Array {
    if (length > this.size) return new Float32Array(length);
    if (this.#used + length > this.#slab.length) {
      this.#slab = new Float32Array(this.size);
      this.#used = 0;
    }
    return this.#slab.subarray(this.#used, (this.#used += length));
  }
}
