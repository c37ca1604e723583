import type { EventRecord } from './event-record.js';
import { compareOrders, type Order } from './order.js';
import type { Kept, RoomJournal } from './room-journal.js';

/** Numberings of one room whose events are held; where more follow each other the oldest goes. */
const MOST_NUMBERINGS = 8;

/** All up to a number of one numbering, and all of those before it. */
export interface Floor extends Order {
  seq: number;
}

/** A room's numberings, oldest first: that of this process, and those of other nodes that had the room before, or have it. */
export class RoomChain {
  #journals: RoomJournal[];

  constructor(first: RoomJournal) {
    this.#journals = [first];
  }

  get current(): RoomJournal {
    return this.#journals.at(-1) as RoomJournal;
  }

  get oldest(): RoomJournal {
    return this.#journals[0] as RoomJournal;
  }

  get newestOwn(): RoomJournal | undefined {
    return this.#journals.findLast(({ own }) => own);
  }

  get bytes(): number {
    return this.#journals.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get size(): number {
    return this.#journals.reduce((sum, { size }) => sum + size, 0);
  }

  /** Somebody's newest event of a type that another node numbered. */
  newestForeign(participant: string, type: EventRecord['type']): EventRecord | undefined {
    const foreign = this.#journals.filter(({ own }) => !own).reverse();
    for (const journal of foreign) {
      const record = journal.newest(participant, type);
      if (record) return record;
    }
    return undefined;
  }

  /** How many events are held of the numberings after one. */
  sizeAfter(journal: RoomJournal): number {
    return this.#journals.slice(this.#journals.indexOf(journal) + 1).reduce((sum, { size }) => sum + size, 0);
  }

  holds(participant: string): boolean {
    return this.#journals.some((journal) => journal.holds(participant));
  }

  find(epoch: string): RoomJournal | undefined {
    return this.#journals.find((journal) => journal.epoch === epoch);
  }

  /** Goes on with another numbering. */
  begin(journal: RoomJournal): void {
    const { current } = this;
    current.successor = journal;
    // Nobody was told of a numbering in which nothing was numbered.
    if (current.lastSeq === 0) this.#journals.pop();
    this.#journals.push(journal);
    if (this.#journals.length > MOST_NUMBERINGS) this.#journals.shift()?.clear();
  }

  /** Puts those of another chain before these that are earlier than all of them, and are not among them. */
  prepend(past: RoomChain): void {
    const first = this.#journals.find(({ order }) => order)?.order;
    const earlier = past.#journals.filter(
      ({ epoch, order }) => order && !this.find(epoch) && (!first || compareOrders(order, first) < 0),
    );
    const room = Math.max(0, MOST_NUMBERINGS - this.#journals.length);
    this.#journals.unshift(...(room > 0 ? earlier.slice(-room) : []));
    for (const [index, journal] of this.#journals.entries()) journal.successor = this.#journals[index + 1];
  }

  /** Nothing is held any more, and another numbering begins. */
  end(journal: RoomJournal): void {
    for (const ended of this.#journals) ended.clear();
    this.current.successor = journal;
    this.#journals = [journal];
  }

  /** Lets go of the oldest event; false when there is none. */
  dropOldest(): boolean {
    return this.#journals.some((journal) => journal.dropOldest());
  }

  /** The oldest event that is held. */
  get oldestRecord(): EventRecord | undefined {
    return this.#journals.find(({ size }) => size > 0)?.oldest;
  }

  /** @returns what stays of them in the newest numbering that holds anything of them */
  forget(participant: string, kept: Kept, floor?: Floor): EventRecord | undefined {
    let stays: EventRecord | undefined;
    for (const journal of this.#journals) {
      const upTo = floor ? lastUnder(floor, journal) : Infinity;
      if (upTo > 0) stays = journal.forget(participant, kept, upTo) ?? stays;
    }
    return stays;
  }

  isUnder(floor: Floor, { epoch, seq }: EventRecord): boolean {
    const journal = this.find(epoch);
    return journal === undefined || seq <= lastUnder(floor, journal);
  }
}

/** The last number of a numbering that is not above the floor; 0: none is. */
function lastUnder(floor: Floor, { order }: RoomJournal): number {
  const compared = order ? compareOrders(order, floor) : 1;
  if (compared === 0) return floor.seq;
  return compared < 0 ? Infinity : 0;
}
