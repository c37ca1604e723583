/** Everybody may have so much of what is free as their own, at most. */
const SHARE_OF_FREE = 1 / 4;

/**
 * A bounded number of packets that wait to be handled, shared so that no one participant can take the others' places:
 * whoever has a quarter as many waiting as there are places left gets no more ("dynamic threshold": a single flood ends at a
 * fifth of all places, and the more flood, the more is kept free for those who have little waiting).
 */
export class FairShare {
  readonly #capacity: number;
  readonly #waiting = new Map<number, number>();
  #total = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get total(): number {
    return this.#total;
  }

  /** Takes a place for one packet of the participant; false when there is none for them. */
  take(key: number): boolean {
    const waiting = this.#waiting.get(key) ?? 0;
    if (waiting >= (this.#capacity - this.#total) * SHARE_OF_FREE) return false;
    this.#waiting.set(key, waiting + 1);
    this.#total += 1;
    return true;
  }

  /** One of the participant's packets is handled. */
  release(key: number): void {
    const left = (this.#waiting.get(key) ?? 0) - 1;
    if (left > 0) this.#waiting.set(key, left);
    else this.#waiting.delete(key);
    this.#total -= 1;
  }
}
