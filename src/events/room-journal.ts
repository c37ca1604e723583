import type { EventRecord } from './event-record.js';
import type { Order } from './order.js';

/**
 * Numbers that will not come, inclusive. `expired`: the journal's bound; `forgotten`: their person withdrew or left; `lost`: another
 * node could not send them on; `other-epoch`: another node's numbering has ended, and it is not known where (`toSeq` null).
 */
export interface MissedRun {
  epoch: string;
  fromSeq: number;
  toSeq: number | null;
  reason: 'expired' | 'forgotten' | 'lost' | 'other-epoch';
}
export type JournalItem = { event: EventRecord } | { missed: MissedRun };

/**
 * What stays of somebody who is forgotten. `state`: the newest `begin` or `end`, which says what is analysed at the
 * moment; `end`: the newest `end`, which says that nothing is any more. Neither says anything that was measured.
 */
export type Kept = 'state' | 'end';

export const staysFor = (kept: Kept, { type }: Pick<EventRecord, 'type'>): boolean =>
  type === 'end' || (kept === 'state' && type === 'begin');

/** Empty places before the array is made anew: taking the first out of a long array would move all the others. */
const SLACK = 1024;
/** Runs of lost numbers that are remembered of a numbering; past it the oldest counts as forgotten. */
const MOST_LOST = 64;

/**
 * One numbering of a room: its events, oldest first. What is removed leaves nothing behind: everything up to `#expiredTo`
 * went at a bound, and a number above it that is not held was forgotten, so no list of removed numbers is kept.
 */
export class RoomJournal {
  #lastSeq = 0;
  #bytes = 0;
  #records: (EventRecord | undefined)[] = [];
  /** Index of the oldest record that is held. */
  #first = 0;
  #expiredTo = 0;
  /** Of another node's: before the first that was read of it nothing is known to be kept anywhere. */
  #headless = -1;
  /** How many records of each person are held. */
  readonly #counts = new Map<string, number>();

  readonly #lost: { fromSeq: number; toSeq: number }[] = [];

  /** The numbering after this one, once this one has ended. */
  successor: RoomJournal | undefined;
  /** Where it stands among the room's numberings; undefined until something was numbered. */
  order: Order | undefined;

  constructor(
    readonly epoch: string,
    /** Numbered by this process, not another node. */
    readonly own = true,
  ) {}

  get lastSeq(): number {
    return this.#lastSeq;
  }

  get size(): number {
    return this.#records.length - this.#first;
  }

  /** Characters of the texts held; ids and numbers are ASCII, so about as many bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  nextSeq(): number {
    return ++this.#lastSeq;
  }

  add(record: EventRecord): void {
    this.#records.push(record);
    this.#bytes += record.text.length;
    this.#counts.set(record.participant, (this.#counts.get(record.participant) ?? 0) + 1);
  }

  /** Takes what another node numbered: after all that is held, or in a hole. False where it is held, or was forgotten or lost. */
  take(record: EventRecord): boolean {
    const { seq } = record;
    if (seq > this.#lastSeq) {
      if (this.#lastSeq === 0) this.#expiredTo = this.#headless = seq - 1;
      this.#lastSeq = seq;
      this.add(record);
      return true;
    }
    // What stays of who was forgotten comes after what was once behind it; the numbers between may be theirs.
    if (seq <= this.#expiredTo && this.#expiredTo === this.#headless) this.#expiredTo = this.#headless = seq - 1;
    const index = this.#indexOf(seq);
    if (seq <= this.#expiredTo || this.#records[index]?.seq === seq) return false;
    this.add(record);
    this.#records.pop();
    this.#records.splice(index, 0, record);
    return true;
  }

  /** Those that do not come: the other node could not send them on. */
  lose(fromSeq: number, toSeq: number): void {
    if (this.#lastSeq === 0) this.#expiredTo = this.#headless = fromSeq - 1;
    this.#lastSeq = Math.max(this.#lastSeq, toSeq);
    const last = this.#lost.at(-1);
    if (last && fromSeq <= last.toSeq + 1) last.toSeq = Math.max(last.toSeq, toSeq);
    else this.#lost.push({ fromSeq, toSeq });
    if (this.#lost.length > MOST_LOST) this.#lost.shift();
  }

  get oldest(): EventRecord | undefined {
    return this.#records[this.#first];
  }

  /** Their newest event of a type. */
  newest(participant: string, type: EventRecord['type']): EventRecord | undefined {
    if (!this.holds(participant)) return undefined;
    return this.#records.findLast((record) => record?.participant === participant && record.type === type);
  }

  holds(participant: string): boolean {
    return this.#counts.has(participant);
  }

  /** Lets go of the oldest, at a bound; false when there is none. */
  dropOldest(): boolean {
    const record = this.#records[this.#first];
    if (!record) return false;
    this.#records[this.#first++] = undefined;
    this.#expiredTo = record.seq;
    this.#removed(record);
    if (this.#first >= SLACK && this.#first * 2 > this.#records.length) {
      this.#records = this.#records.slice(this.#first);
      this.#first = 0;
    }
    return true;
  }

  /**
   * Everything of a person goes but the newest event that says how they stand.
   * @param upTo of numbers up to this one
   * @returns what stays of them
   */
  forget(participant: string, kept: Kept, upTo = Infinity): EventRecord | undefined {
    if (!this.holds(participant)) return undefined;
    const own = (record: EventRecord | undefined) =>
      record !== undefined && record.participant === participant && record.seq <= upTo;
    const stays = this.#records.findLast((record) => own(record) && record && staysFor(kept, record));
    const staying: EventRecord[] = [];
    for (const record of this.#records) {
      if (!record) continue;
      if (own(record) && record !== stays) this.#removed(record);
      else staying.push(record);
    }
    this.#records = staying;
    this.#first = 0;
    return stays;
  }

  clear(): void {
    this.#records = [];
    this.#first = 0;
    this.#bytes = 0;
    this.#counts.clear();
  }

  /** How many events after `seq` are held. */
  heldAfter(seq: number): number {
    return this.#records.length - this.#indexOf(seq + 1);
  }

  /** What follows `seq`: an event, or the run of numbers that will not come; undefined at the newest. */
  after(seq: number): JournalItem | undefined {
    if (seq >= this.#lastSeq) return undefined;
    const missed = (toSeq: number, reason: MissedRun['reason']) => ({
      missed: { epoch: this.epoch, fromSeq: seq + 1, toSeq, reason },
    });
    if (seq < this.#expiredTo) return missed(this.#expiredTo, 'expired');
    const event = this.#records[this.#indexOf(seq + 1)];
    if (event?.seq === seq + 1) return { event };
    const to = event ? event.seq - 1 : this.#lastSeq;
    const lost = this.#lost.find(({ toSeq }) => toSeq > seq);
    if (!lost || lost.fromSeq > to) return missed(to, 'forgotten');
    if (lost.fromSeq > seq + 1) return missed(lost.fromSeq - 1, 'forgotten');
    return missed(Math.min(lost.toSeq, to), 'lost');
  }

  /** Index of the first record whose number is at least `seq`. */
  #indexOf(seq: number): number {
    let [low, high] = [this.#first, this.#records.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#records[middle] as EventRecord).seq < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #removed(record: EventRecord): void {
    this.#bytes -= record.text.length;
    const left = (this.#counts.get(record.participant) ?? 1) - 1;
    if (left > 0) this.#counts.set(record.participant, left);
    else this.#counts.delete(record.participant);
  }
}
