/** What the batcher has to know of an item. */
export interface Batchable {
  room: string;
  /** Server wall clock, ms, when its window closed; its deadline counts from there. */
  closedMs: number;
}

export interface BatcherOptions {
  /** Most items in a batch. */
  maxBatch: number;
  /** Longest an item waits for its batch to fill, ms. */
  maxQueueDelay: number;
  /** An item not in a batch this long after its window closed, ms, is of no use any more. */
  deadline: number;
  /** Most items waiting. */
  capacity: number;
}

/**
 * `overflow`: the bound was reached. `deadline`: waited too long. Whoever owns the items may add reasons of its own.
 */
export type BatcherDrop = 'overflow' | 'deadline';

interface Waiting<T> {
  item: T;
  since: number;
}

/**
 * A queue that gives its items out in batches: when a batch is full, or when the oldest item has waited `maxQueueDelay`.
 * Rooms take turns, one item each, so that a large room cannot keep a small one waiting; within a room the order of arrival
 * holds, and so it does for each participant. At the bound the room with the most items waiting loses its oldest one.
 * Pure: the time is passed in, and somebody else sets the timer for `nextDue`.
 */
export class Batcher<T extends Batchable> {
  #options: BatcherOptions;
  readonly #onDrop: (item: T, reason: BatcherDrop) => void;
  /** In the order of turns: the room to be served next is first. Rooms with nothing waiting are not in it. */
  readonly #rooms = new Map<string, Waiting<T>[]>();
  #size = 0;

  constructor(options: BatcherOptions, onDrop: (item: T, reason: BatcherDrop) => void) {
    this.#options = options;
    this.#onDrop = onDrop;
  }

  get maxBatch(): number {
    return this.#options.maxBatch;
  }

  retune({ maxBatch, maxQueueDelay }: Pick<BatcherOptions, 'maxBatch' | 'maxQueueDelay'>): void {
    this.#options = { ...this.#options, maxBatch, maxQueueDelay };
  }

  get size(): number {
    return this.#size;
  }

  push(item: T, now: number): void {
    if (this.#size >= this.#options.capacity) this.#makeRoom();
    const queue = this.#rooms.get(item.room);
    if (queue) queue.push({ item, since: now });
    else this.#rooms.set(item.room, [{ item, since: now }]);
    this.#size++;
  }

  /** A batch if one is due, otherwise nothing. Items past their deadline are dropped first. */
  take(now: number): T[] {
    this.expire(now);
    if (this.#size === 0) return [];
    const due = this.#size >= this.#options.maxBatch || now >= this.#oldest() + this.#options.maxQueueDelay;
    if (!due) return [];
    const batch: T[] = [];
    while (batch.length < this.#options.maxBatch) {
      const turn = this.#rooms.entries().next();
      if (turn.done) break;
      const [room, queue] = turn.value;
      batch.push(queue.shift()!.item);
      this.#size--;
      // Re-inserting puts the room behind all others.
      this.#rooms.delete(room);
      if (queue.length > 0) this.#rooms.set(room, queue);
    }
    return batch;
  }

  /** When `take` may next have something to give or to drop, ms; null when nothing waits. */
  nextDue(now: number): number | null {
    if (this.#size === 0) return null;
    if (this.#size >= this.#options.maxBatch) return now;
    return this.#oldest() + this.#options.maxQueueDelay;
  }

  /** When the window of the item with the earliest deadline closed, ms; Infinity when nothing waits. */
  earliest(): number {
    let earliest = Infinity;
    for (const queue of this.#rooms.values())
      for (const { item } of queue) earliest = Math.min(earliest, item.closedMs);
    return earliest;
  }

  /** Takes out what matches, undropped and uncounted: the caller decides what becomes of it. */
  remove(matches: (item: T) => boolean): T[] {
    return this.#filter((waiting) => !matches(waiting.item));
  }

  #oldest(): number {
    let oldest = Infinity;
    // Within a room the first has waited longest.
    for (const queue of this.#rooms.values()) oldest = Math.min(oldest, queue[0]!.since);
    return oldest;
  }

  #makeRoom(): void {
    let room = '';
    let largest: Waiting<T>[] = [];
    for (const [name, queue] of this.#rooms) {
      if (queue.length > largest.length) {
        room = name;
        largest = queue;
      }
    }
    const dropped = largest.shift()!;
    if (largest.length === 0) this.#rooms.delete(room);
    this.#size--;
    this.#onDrop(dropped.item, 'overflow');
  }

  /** Drops what is past its deadline. */
  expire(now: number): void {
    const { deadline } = this.#options;
    for (const item of this.#filter(({ item }) => now <= item.closedMs + deadline)) this.#onDrop(item, 'deadline');
  }

  /** Keeps what passes; answers the rest in order. */
  #filter(keep: (waiting: Waiting<T>) => boolean): T[] {
    const out: T[] = [];
    for (const [room, queue] of this.#rooms) {
      if (queue.every(keep)) continue;
      const kept: Waiting<T>[] = [];
      for (const waiting of queue) {
        if (keep(waiting)) kept.push(waiting);
        else out.push(waiting.item);
      }
      // Setting an existing key keeps its turn.
      if (kept.length > 0) this.#rooms.set(room, kept);
      else this.#rooms.delete(room);
    }
    this.#size -= out.length;
    return out;
  }
}
