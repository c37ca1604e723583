/** Everybody may have so much of what is free as their own, at most. */
const SHARE_OF_FREE = 1 / 4;

/**
 * A bounded number of packets on their way to a thread, shared so that no one participant can take the others' places:
 * whoever has a quarter as many under way as there are places left gets no more ("dynamic threshold": a single flood ends at a
 * fifth of all places, and the more flood, the more is kept free for those who have little under way).
 */
export class FairShare {
  readonly #capacity: number;
  readonly #underWay = new Map<number, number>();
  /** What was sent together, oldest first: it is handled in that order, a batch at a time. */
  readonly #batches: Map<number, number>[] = [];
  #batch = new Map<number, number>();
  #total = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get total(): number {
    return this.#total;
  }

  /** Takes a place for one packet of the participant; false when there is none for them. */
  take(key: number): boolean {
    const underWay = this.#underWay.get(key) ?? 0;
    if (underWay >= (this.#capacity - this.#total) * SHARE_OF_FREE) return false;
    this.#underWay.set(key, underWay + 1);
    this.#batch.set(key, (this.#batch.get(key) ?? 0) + 1);
    this.#total += 1;
    return true;
  }

  /** The packets taken since the last time were sent. */
  sent(): void {
    this.#batches.push(this.#batch);
    this.#batch = new Map();
  }

  /** The oldest of what was sent was handled. */
  handled(): void {
    for (const [key, count] of this.#batches.shift() ?? []) {
      const left = (this.#underWay.get(key) ?? 0) - count;
      if (left > 0) this.#underWay.set(key, left);
      else this.#underWay.delete(key);
      this.#total -= count;
    }
  }
}
