import { type Consent, NO_CONSENT } from '../common/consent.js';
import type { ResumePoint, Subscription } from './bus.js';
import type { EventRecord } from './event-record.js';
import { RoomCursor } from './journal-cursor.js';
import { compareOrders, type Order } from './order.js';
import { type Floor, RoomChain } from './room-chain.js';
import { type Kept, type MissedRun, RoomJournal, staysFor } from './room-journal.js';
import type { RoomEvent } from './schema.js';

export interface Seat {
  /** Seats held at the moment: one, or none while a return is waited for. */
  count: number;
  consent: Consent;
  cancelForget: (() => void) | undefined;
}

export interface Subscriber {
  readonly event: (event: RoomEvent) => void;
  readonly forgotten: ((isForgotten: (event: EventRecord) => boolean) => void) | undefined;
  readonly missed: ((run: MissedRun) => void) | undefined;
}

/** What another node numbered: an event, or the numbers of events that it could not send on. */
export type Foreign = { epoch: string; order: Order } & (
  { event: RoomEvent; record: EventRecord } | { lost: { fromSeq: number; toSeq: number } }
);

/** `hosted`: the room is this process's own; `stale`: of a numbering after which another began. */
export type Adopted = 'new' | 'duplicate' | 'hosted' | 'stale';

/** A numbering that was asked for without its name. */
const UNNAMED_EPOCH = 'unknown';

/** What a bus knows of a room: who sits in it, who listens, and its events. */
export class BusRoom {
  readonly chain: RoomChain;
  readonly seats = new Map<string, Seat>();
  readonly subscribers = new Set<Subscriber>();
  cancelEnd: (() => void) | undefined;

  constructor(
    readonly id: string,
    epoch: string,
  ) {
    this.chain = new RoomChain(new RoomJournal(epoch));
  }

  get isSeated(): boolean {
    return [...this.seats.values()].some(({ count }) => count > 0);
  }

  seat(participant: string): Seat {
    let seat = this.seats.get(participant);
    if (!seat) this.seats.set(participant, (seat = { count: 0, consent: NO_CONSENT, cancelForget: undefined }));
    return seat;
  }

  subscribe(subscriber: Subscriber, onClose: () => void): Subscription {
    const { chain } = this;
    const journal = chain.current;
    const { epoch, lastSeq } = journal;
    this.subscribers.add(subscriber);
    // By what the room was when the subscription began, for that is what the subscriber was told.
    const startOf = (from: ResumePoint) => startIn(chain, { journal, lastSeq }, from);
    return {
      epoch,
      lastSeq,
      numbering: (from) => {
        const start = from && startOf(from);
        if (!start?.known || start.journal === journal) return { epoch, lastSeq };
        return { epoch: start.journal.epoch, lastSeq: start.journal.lastSeq };
      },
      read: (from) => {
        if (!from) return { cursor: new RoomCursor(journal, lastSeq), ended: null };
        const start = startOf(from);
        const ended = start.known ? null : { epoch: from.epoch ?? UNNAMED_EPOCH, fromSeq: from.sinceSeq + 1 };
        return { cursor: new RoomCursor(start.journal, start.seq), ended };
      },
      close: () => {
        this.subscribers.delete(subscriber);
        onClose();
      },
    };
  }

  held(from: ResumePoint): number {
    const { current } = this.chain;
    const { journal, seq } = startIn(this.chain, { journal: current, lastSeq: current.lastSeq }, from);
    return journal.heldAfter(seq) + this.chain.sizeAfter(journal);
  }

  /**
   * The numbering that this process goes on with: another one where a node had the room since, or it was claimed anew.
   * @param order where one that began now would stand
   */
  own(order: Order, newEpoch: () => string): RoomJournal {
    const { current } = this.chain;
    if (current.own && (current.order?.term ?? order.term) === order.term) {
      current.order ??= order;
      return current;
    }
    return this.#goOn(new RoomJournal(newEpoch()), order);
  }

  /**
   * All that this process has numbered until now, and what was before it.
   * @param order of a numbering that began now
   */
  ownFloor(order: Order): { epoch: string; floor: Floor } {
    const journal = this.chain.newestOwn;
    if (!journal) return { epoch: this.chain.current.epoch, floor: { ...order, seq: 0 } };
    journal.order ??= order;
    return { epoch: journal.epoch, floor: { ...journal.order, seq: journal.lastSeq } };
  }

  /** What another node analysed of somebody last, if it did. */
  analysedElsewhere(participant: string): Consent | undefined {
    const begin = this.chain.newestForeign(participant, 'begin');
    return begin && (JSON.parse(begin.text) as { analysed: Consent }).analysed;
  }

  tell(event: RoomEvent): void {
    for (const subscriber of [...this.subscribers]) subscriber.event(event);
  }

  /** Takes what another node numbered, in the order in which all nodes read it. */
  adopt(foreign: Foreign): Adopted {
    const journal = this.#journalOf(foreign);
    if (!journal) return 'stale';
    const before = journal.lastSeq;
    if ('lost' in foreign) {
      const { fromSeq, toSeq } = foreign.lost;
      journal.lose(fromSeq, toSeq);
      if (toSeq <= before) return 'duplicate';
      // What stands before it was purged with its person.
      for (let seq = before; seq < toSeq;) {
        const item = journal.after(seq);
        if (!item || !('missed' in item) || item.missed.toSeq === null) break;
        this.#miss(item.missed);
        seq = item.missed.toSeq;
      }
      return 'new';
    }
    const { event, record } = foreign;
    if (!journal.take(record)) return 'duplicate';
    // What comes into a hole is there for those who resume; who listens was told of the hole.
    if (record.seq <= before) return 'new';
    const hole = record.seq > before + 1 ? journal.after(before) : undefined;
    if (hole && 'missed' in hole) this.#miss(hole.missed);
    this.tell(event);
    return 'new';
  }

  /**
   * What is about somebody goes from the journal, and from whatever waits to be sent to subscribers.
   * @returns what stays of them
   */
  forget(participant: string, kept: Kept, floor: Floor): EventRecord | undefined {
    const stays = this.chain.forget(participant, kept, floor);
    const isForgotten = (record: EventRecord) =>
      record.participant === participant && !staysFor(kept, record) && this.chain.isUnder(floor, record);
    for (const subscriber of [...this.subscribers]) subscriber.forgotten?.(isForgotten);
    return stays;
  }

  #journalOf({ epoch, order }: Foreign): RoomJournal | undefined {
    const { current } = this.chain;
    if (current.epoch === epoch) return current;
    if (this.chain.find(epoch) || (current.order && compareOrders(order, current.order) <= 0)) return undefined;
    return this.#goOn(new RoomJournal(epoch, false), order);
  }

  #goOn(journal: RoomJournal, order: Order): RoomJournal {
    const { epoch, lastSeq, own } = this.chain.current;
    journal.order = order;
    this.chain.begin(journal);
    // Another node may have numbered more than it could send on.
    if (!own && lastSeq > 0) this.#miss({ epoch, fromSeq: lastSeq + 1, toSeq: null, reason: 'other-epoch' });
    return journal;
  }

  #miss(run: MissedRun): void {
    for (const subscriber of [...this.subscribers]) subscriber.missed?.(run);
  }
}

/**
 * Where reading begins for a resume point; not `known`: with all that is held, for the point is of no numbering that one can tell.
 * @param current the newest numbering, as the reader was told of it
 */
function startIn(
  chain: RoomChain,
  current: { journal: RoomJournal; lastSeq: number },
  { sinceSeq, epoch }: ResumePoint,
): { journal: RoomJournal; seq: number; known: boolean } {
  const { journal, lastSeq } = current;
  if (epoch === undefined ? sinceSeq <= lastSeq : epoch === journal.epoch)
    return { journal, seq: sinceSeq, known: true };
  const earlier = epoch === undefined ? undefined : chain.find(epoch);
  return earlier ? { journal: earlier, seq: sinceSeq, known: true } : { journal: chain.oldest, seq: 0, known: false };
}
