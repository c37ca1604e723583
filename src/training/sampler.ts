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

/** Endless indices of several groups: a group by the root of its size, then the next of its own shuffle. */
export class GroupedIndices {
  readonly #groups: readonly number[][];
  readonly #shuffled: ShuffledIndices[];
  readonly #upTo: number[];
  readonly #rng: Rng;

  constructor(groups: readonly number[][], rng: Rng) {
    this.#groups = groups.filter(({ length }) => length > 0);
    this.#shuffled = this.#groups.map(({ length }) => new ShuffledIndices(length, rng.fork()));
    const roots = this.#groups.map(({ length }) => Math.sqrt(length));
    const total = roots.reduce((sum, root) => sum + root, 0);
    let sum = 0;
    this.#upTo = roots.map((root) => (sum += root / total));
    this.#rng = rng.fork();
  }

  next(): number {
    const drawn = this.#rng.next();
    const found = this.#upTo.findIndex((upTo) => drawn < upTo);
    // Rounding may leave the last bound just under 1.
    const group = found < 0 ? this.#groups.length - 1 : found;
    return this.#groups[group]![this.#shuffled[group]!.next()]!;
  }
}

/**
 * Batches of examples of like length, so that little of a batch is padding: of so many batches' worth of a shuffle those of like
 * length go together, and the batches come in random order.
 */
export class LengthBatches implements Replayable {
  readonly #indices: ShuffledIndices;
  readonly #lengths: ArrayLike<number>;
  readonly #size: number;
  readonly #rng: Rng;
  readonly #drawn: Int32Array;
  #next: number;

  /** @param lengths by index @param size of a batch */
  constructor(lengths: ArrayLike<number>, size: number, rng: Rng) {
    this.#indices = new ShuffledIndices(lengths.length, rng.fork());
    this.#lengths = lengths;
    this.#size = size;
    this.#rng = rng.fork();
    this.#drawn = new Int32Array(size * POOLED);
    this.#next = POOLED;
    rng.run.add(this);
  }

  position(): Int32Array {
    return Int32Array.of(this.#next, ...this.#drawn);
  }

  goTo(position: Int32Array): void {
    this.#next = position[0]!;
    this.#drawn.set(position.subarray(1));
  }

  take(): number[] {
    if (this.#next === POOLED) this.#pool();
    const from = this.#size * this.#next++;
    return [...this.#drawn.subarray(from, from + this.#size)];
  }

  #pool(): void {
    const sorted = this.#indices.take(this.#drawn.length).sort((a, b) => this.#lengths[a]! - this.#lengths[b]!);
    const order = Int32Array.from({ length: POOLED }, (_, i) => i);
    this.#rng.shuffle(order);
    order.forEach((batch, at) => {
      this.#drawn.set(sorted.slice(batch * this.#size, (batch + 1) * this.#size), at * this.#size);
    });
    this.#next = 0;
  }
}

/** Batches that are sorted together. */
const POOLED = 16;
