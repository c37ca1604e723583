import type { Rng } from './rng.js';

/** Endless indices 0..n-1: a new shuffle each time round. */
export class ShuffledIndices {
  readonly #order: Int32Array;
  readonly #rng: Rng;
  #next: number;

  constructor(n: number, rng: Rng) {
    this.#order = Int32Array.from({ length: n }, (_, i) => i);
    this.#rng = rng;
    this.#next = n;
  }

  next(): number {
    if (this.#next >= this.#order.length) {
      this.#rng.shuffle(this.#order);
      this.#next = 0;
    }
    return this.#order[this.#next++]!;
  }

  take(count: number): number[] {
    return Array.from({ length: count }, () => this.next());
  }
}
