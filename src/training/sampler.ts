import type { Replayable, Rng } from './rng.js';

/** Endless indices 0..n-1: a new shuffle each time round. */
export class ShuffledIndices implements Replayable {
  readonly #order: Int32Array;
  readonly #rng: Rng;
  #next: number;

  constructor(n: number, rng: Rng) {
    this.#order = Int32Array.from({ length: n }, (_, i) => i);
    this.#rng = rng;
    this.#next = n;
    rng.run.add(this);
  }

  position(): Int32Array {
    const position = new Int32Array(this.#order.length + 1);
    position[0] = this.#next;
    position.set(this.#order, 1);
    return position;
  }

  goTo(position: Int32Array): void {
    this.#next = position[0]!;
    this.#order.set(position.subarray(1));
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
