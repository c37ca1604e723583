import { randomBytes } from 'node:crypto';
import { type Consent, isWithdrawal, NO_CONSENT } from '../common/consent.js';
import { scheduleTimeout, type Schedule } from '../common/schedule.js';
import type { EventBus, Person, ResumePoint, Subscription, UnsequencedEvent } from './bus.js';
import { type EventRecord, eventRecord } from './event-record.js';
import { RoomCursor } from './journal-cursor.js';
import { type Kept, RoomJournal, staysFor } from './room-journal.js';
import type { RoomEvent } from './schema.js';

export interface InProcessBusOptions {
  /** Events kept per room for resuming subscribers. At the bound the oldest goes; a resume beyond it is told `missed`. */
  journalSize: number;
  /** Bytes of events kept in all rooms together; at the bound the largest journal loses its oldest events. */
  journalBytes: number;
  /** Rooms that nobody is in whose journals are kept; at the bound the longest unused goes. */
  maxRooms: number;
  /** How long a room's journal and numbering are kept after its last person left, ms. */
  retentionMs: number;
  /** How long the events of somebody who lost their seat are kept for their return, ms. */
  seatHoldMs: number;
  schedule: Schedule;
  /** A name for a numbering, never given before. */
  newEpoch: () => string;
  /**
   * Told of every event of every room, and of whom the journal forgets, for having left (`end`) or taken consent back (`state`):
   * for metrics and webhooks. Must not throw.
   */
  onPublish: (event: RoomEvent) => void;
  onForget: (person: Person, kept: Kept) => void;
}

const DEFAULTS: InProcessBusOptions = {
  journalSize: 2000,
  journalBytes: 64 * 2 ** 20,
  maxRooms: 400,
  retentionMs: 60_000,
  seatHoldMs: 30_000,
  schedule: scheduleTimeout,
  newEpoch: () => randomBytes(9).toString('base64url'),
  onPublish: () => {},
  onForget: () => {},
};

interface Seat {
  /** Seats held at the moment: one, or none while a return is waited for. */
  count: number;
  consent: Consent;
  cancelForget: (() => void) | undefined;
}

interface Subscriber {
  readonly event: (event: RoomEvent) => void;
  readonly forgotten: ((isForgotten: (event: EventRecord) => boolean) => void) | undefined;
}

interface Room {
  readonly id: string;
  journal: RoomJournal;
  readonly seats: Map<string, Seat>;
  readonly subscribers: Set<Subscriber>;
  cancelEnd: (() => void) | undefined;
}

/** A numbering that was asked for without its name. */
const UNNAMED_EPOCH = 'unknown';

/** The event bus of a single process. A room is known while it has people, events that are kept, or subscribers. */
export class InProcessBus implements EventBus {
  // Insertion order is order of last use: a room is re-inserted when touched.
  readonly #rooms = new Map<string, Room>();
  readonly #options: InProcessBusOptions;
  #bytes = 0;

  constructor(options: Partial<InProcessBusOptions> = {}) {
    this.#options = { ...DEFAULTS, ...options };
  }

  /** Rooms known, and bytes of events held: for the tests of boundedness. */
  get rooms(): number {
    return this.#rooms.size;
  }
  get bytes(): number {
    return this.#bytes;
  }

  publish(event: UnsequencedEvent): RoomEvent {
    const room = this.#touch(event.room);
    const { journal } = room;
    const sequenced: RoomEvent = { ...event, epoch: journal.epoch, seq: journal.nextSeq() };
    this.#changing(journal, () => {
      journal.add(eventRecord(sequenced));
      if (journal.size > this.#options.journalSize) journal.dropOldest();
    });
    this.#boundBytes();
    this.#endLater(room);
    this.#options.onPublish(sequenced);
    for (const subscriber of [...room.subscribers]) subscriber.event(sequenced);
    return sequenced;
  }

  subscribe(id: string, listener: Subscriber['event'], onForgotten?: Subscriber['forgotten']): Subscription {
    const room = this.#rooms.get(id) ?? this.#make(id);
    const { journal } = room;
    const { epoch, lastSeq } = journal;
    const subscriber: Subscriber = { event: listener, forgotten: onForgotten };
    room.subscribers.add(subscriber);
    return {
      epoch,
      lastSeq,
      read: (from) => {
        // By what the room was when the subscription began, for that is what the subscriber was told.
        const numbering = { epoch, lastSeq };
        const ended = from && !isOf(from, numbering);
        return {
          cursor: new RoomCursor(journal, from ? startOf(from, numbering) : lastSeq),
          ended: ended ? { epoch: from.epoch ?? UNNAMED_EPOCH, fromSeq: from.sinceSeq + 1 } : null,
        };
      },
      close: () => {
        room.subscribers.delete(subscriber);
        this.#dropIfUnused(room);
      },
    };
  }

  held(id: string, from: ResumePoint): number {
    const journal = this.#rooms.get(id)?.journal;
    return journal ? journal.heldAfter(startOf(from, journal)) : 0;
  }

  enter({ room: id, participant }: Person): void {
    const room = this.#touch(id);
    room.cancelEnd?.();
    room.cancelEnd = undefined;
    const seat = room.seats.get(participant) ?? { count: 0, consent: NO_CONSENT, cancelForget: undefined };
    seat.count += 1;
    seat.cancelForget?.();
    seat.cancelForget = undefined;
    room.seats.set(participant, seat);
  }

  consent(person: Person, consent: Consent): void {
    const room = this.#rooms.get(person.room);
    const seat = room?.seats.get(person.participant);
    if (!room || !seat) return;
    if (isWithdrawal(seat.consent, consent)) this.#forget(room, person.participant, 'state');
    seat.consent = { ...consent };
  }

  leave({ room: id, participant }: Person, mayReturn: boolean): void {
    const room = this.#rooms.get(id);
    const seat = room?.seats.get(participant);
    if (!room || !seat || seat.count === 0) return;
    seat.count -= 1;
    if (seat.count > 0) return;
    const gone = () => {
      room.seats.delete(participant);
      this.#forget(room, participant, 'end');
      this.#dropIfUnused(room);
    };
    if (mayReturn && room.journal.holds(participant)) {
      seat.cancelForget = this.#options.schedule(this.#options.seatHoldMs, gone);
    } else gone();
    this.#endLater(room);
  }

  #touch(id: string): Room {
    const room = this.#rooms.get(id);
    if (!room) return this.#make(id);
    this.#rooms.delete(id);
    this.#rooms.set(id, room);
    return room;
  }

  #make(id: string): Room {
    const room: Room = {
      id,
      journal: new RoomJournal(this.#options.newEpoch()),
      seats: new Map(),
      subscribers: new Set(),
      cancelEnd: undefined,
    };
    this.#rooms.set(id, room);
    this.#boundRooms(room);
    return room;
  }

  /** What is about somebody goes from the journal, and from whatever waits to be sent to subscribers. */
  #forget(room: Room, participant: string, kept: Kept): void {
    const { journal } = room;
    this.#options.onForget({ room: room.id, participant }, kept);
    this.#changing(journal, () => journal.forget(participant, kept));
    const isForgotten = (record: EventRecord) => record.participant === participant && !staysFor(kept, record);
    for (const subscriber of [...room.subscribers]) subscriber.forgotten?.(isForgotten);
  }

  /** Once nobody is in the room any more, its numbering ends after a while. */
  #endLater(room: Room): void {
    if (room.journal.lastSeq === 0 || [...room.seats.values()].some((seat) => seat.count > 0)) return;
    room.cancelEnd ??= this.#options.schedule(this.#options.retentionMs, () => this.#end(room));
  }

  /** Journal and numbering go. Subscribers stay, and hear the events of the next numbering, should there be any. */
  #end(room: Room): void {
    room.cancelEnd?.();
    room.cancelEnd = undefined;
    for (const seat of room.seats.values()) seat.cancelForget?.();
    for (const participant of room.seats.keys()) this.#forget(room, participant, 'end');
    room.seats.clear();
    const ended = room.journal;
    this.#changing(ended, () => ended.clear());
    room.journal = ended.successor = new RoomJournal(this.#options.newEpoch());
    this.#dropIfUnused(room);
  }

  #dropIfUnused(room: Room): void {
    const { seats, subscribers, journal } = room;
    if (seats.size > 0 || subscribers.size > 0 || journal.lastSeq > 0) return;
    if (this.#rooms.get(room.id) === room) this.#rooms.delete(room.id);
  }

  /** Rooms with people are bounded by whoever seats them, and those with subscribers alone by the sockets. */
  #boundRooms(newest: Room): void {
    const idle = [...this.#rooms.values()].filter((room) => room.journal.lastSeq > 0 && room.cancelEnd);
    if (idle.length <= this.#options.maxRooms) return;
    const oldest = idle.find((room) => room !== newest);
    if (oldest) this.#end(oldest);
  }

  #boundBytes(): void {
    while (this.#bytes > this.#options.journalBytes) {
      let largest: RoomJournal | undefined;
      for (const { journal } of this.#rooms.values()) if (journal.bytes > (largest?.bytes ?? 0)) largest = journal;
      const journal = largest;
      if (!journal) return;
      this.#changing(journal, () => journal.dropOldest());
    }
  }

  #changing(journal: RoomJournal, change: () => void): void {
    const before = journal.bytes;
    change();
    this.#bytes += journal.bytes - before;
  }
}

type Numbering = Pick<RoomJournal, 'epoch' | 'lastSeq'>;

/** The resume point is of this numbering, as far as one can tell. */
const isOf = ({ sinceSeq, epoch }: ResumePoint, numbering: Numbering): boolean =>
  epoch === undefined ? sinceSeq <= numbering.lastSeq : epoch === numbering.epoch;

const startOf = (from: ResumePoint, numbering: Numbering): number => (isOf(from, numbering) ? from.sinceSeq : 0);
