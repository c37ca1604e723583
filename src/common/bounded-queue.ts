/**
 * A first-in first-out queue with a bound. At the bound the oldest item makes room for the newest, and `onDrop` is told:
 * in a live call old data is worth less than new.
 */
export class BoundedQueue<T> {
  readonly #items: T[] = [];
  readonly #capacity: number;
  readonly #onDrop: (item: T) => void;

  constructor(capacity: number, onDrop: (item: T) => void) {
    if (!Number.isInteger(capacity) || capacity < 1) throw new RangeError('capacity must be a positive integer');
    this.#capacity = capacity;
    this.#onDrop = onDrop;
  }

  get size(): number {
    return this.#items.length;
  }

  push(item: T): void {
    if (this.#items.length === this.#capacity) {
      const oldest = this.#items.shift() as T;
      this.#onDrop(oldest);
    }
    this.#items.push(item);
  }

  shift(): T | undefined {
    return this.#items.shift();
  }

  clear(): void {
    this.#items.length = 0;
  }
}
