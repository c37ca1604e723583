/**
 * Items in order of time, with a bound: at the bound the oldest makes room, and `onOverflow` is told. Items come nearly
 * in order, so they are placed from the back.
 */
export class Timeline<T> {
  #items: T[] = [];

  constructor(
    private readonly timeOf: (item: T) => number,
    private readonly capacity: number,
    private readonly onOverflow: () => void,
  ) {}

  get size(): number {
    return this.#items.length;
  }

  add(item: T): void {
    const time = this.timeOf(item);
    let at = this.#items.length;
    while (at > 0 && this.timeOf(this.#items[at - 1] as T) > time) at--;
    this.#items.splice(at, 0, item);
    if (this.#items.length > this.capacity) {
      this.#items.shift();
      this.onOverflow();
    }
  }

  filter(wanted: (item: T) => boolean): T[] {
    return this.#items.filter(wanted);
  }

  /** Removes what is no longer wanted; returns how many that were. */
  keep(wanted: (item: T) => boolean): number {
    const before = this.#items.length;
    this.#items = this.#items.filter(wanted);
    return before - this.#items.length;
  }

  clear(): void {
    this.#items = [];
  }
}
