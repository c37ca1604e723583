import { randomBytes } from 'node:crypto';
import { type Consent, isWithdrawal } from '../common/consent.js';
import { scheduleTimeout, type Schedule } from '../common/schedule.js';
import type { EventBus, Person, ResumePoint, Subscription, UnsequencedEvent } from './bus.js';
import { type EventRecord, eventRecord } from './event-record.js';
import { RoomCursor } from './journal-cursor.js';
import { type Adopted, BusRoom, type Foreign, type Subscriber } from './bus-room.js';
import type { Order } from './order.js';
import type { Floor } from './room-chain.js';
import { type Kept, RoomJournal } from './room-journal.js';
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
  /** Told after that: up to where, and what stays of them. */
  onForgotten: (forgotten: Forgotten) => void;
  /** Where a numbering of the room that began now would stand. */
  orderOf: (room: string) => Order;
}

export interface Forgotten extends Person {
  kept: Kept;
  epoch: string;
  floor: Floor;
  stays: EventRecord | undefined;
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
  onForgotten: () => {},
  orderOf: () => ({ term: 0, born: 0 }),
};

/** The event bus of a single process. A room is known while it has people, events that are kept, or subscribers. */
export class InProcessBus implements EventBus {
  // Insertion order is order of last use: a room is re-inserted when touched.
  readonly #rooms = new Map<string, BusRoom>();
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
    const journal = this.#own(room);
    const sequenced: RoomEvent = { ...event, epoch: journal.epoch, seq: journal.nextSeq() };
    this.#changing(room, () => journal.add(eventRecord(sequenced)));
    this.#bound(room);
    this.#endLater(room);
    this.#options.onPublish(sequenced);
    room.tell(sequenced);
    return sequenced;
  }

  subscribe(
    id: string,
    event: Subscriber['event'],
    forgotten?: Subscriber['forgotten'],
    missed?: Subscriber['missed'],
  ): Subscription {
    const room = this.#rooms.get(id) ?? this.#make(id);
    return room.subscribe({ event, forgotten, missed }, () => this.#dropIfUnused(room));
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  held(id: string, from: ResumePoint): number {
    return this.#rooms.get(id)?.held(from) ?? 0;
  }

  /**
   * Reads a room on from a number; from the beginning of this process's newest numbering where nothing is held of that one.
   */
  cursor(id: string, { epoch, sinceSeq }: { epoch: string; sinceSeq: number }): RoomCursor | undefined {
    const chain = this.#rooms.get(id)?.chain;
    const [journal, seq] = chain?.find(epoch) ? [chain.find(epoch), sinceSeq] : [chain?.newestOwn, 0];
    return journal && new RoomCursor(journal, seq);
  }

  /** Where one of this process's own numberings stands, as long as it is held. */
  ownOrder(id: string, epoch: string): Order | undefined {
    const journal = this.#rooms.get(id)?.chain.find(epoch);
    return journal?.own ? journal.order : undefined;
  }

  /** The newest number that is known of a numbering; 0: none. */
  lastOf(id: string, epoch: string): number {
    return this.#rooms.get(id)?.chain.find(epoch)?.lastSeq ?? 0;
  }

  /** What was before, on whatever node, and was read by itself: it stands before what this process numbered. */
  prepend(id: string, past: BusRoom): void {
    const room = this.#rooms.get(id);
    if (!room) return;
    this.#changing(room, () => room.chain.prepend(past.chain));
    this.#bound(room);
  }

  /** Whether somebody has a seat in it here: then nobody else's numbering counts. */
  hosts(id: string): boolean {
    return this.#rooms.get(id)?.isSeated ?? false;
  }

  /** Takes what another node numbered, in the order in which all nodes read it. */
  adopt(id: string, foreign: Foreign): Adopted {
    const room = this.#touch(id);
    if (room.isSeated) return 'hosted';
    let adopted: Adopted = 'stale';
    this.#changing(room, () => (adopted = room.adopt(foreign)));
    this.#bound(room);
    return adopted;
  }

  /** They agree to less here than another node analysed of them last: what that one measured is forgotten. */
  consentAfter(person: Person, consent: Consent): void {
    const room = this.#rooms.get(person.room);
    const analysed = room?.analysedElsewhere(person.participant);
    if (room && analysed && isWithdrawal(analysed, consent)) this.#forget(room, person.participant, 'state');
  }

  /** Another node forgot somebody: what came of them before the floor goes here, too. */
  adoptForgotten({ room: id, participant }: Person, kept: Kept, floor: Floor): void {
    const room = this.#rooms.get(id);
    if (room) this.#changing(room, () => room.forget(participant, kept, floor));
  }

  /** Lets go of the oldest events of a room, as long as they are such that go. */
  expire(id: string, goes: (record: EventRecord) => boolean): void {
    const room = this.#rooms.get(id);
    if (!room) return;
    this.#changing(room, () => {
      for (let oldest = room.chain.oldestRecord; oldest && goes(oldest); oldest = room.chain.oldestRecord) {
        room.chain.dropOldest();
      }
    });
  }

  /** What other nodes numbered in a room is not followed any more. */
  forsake(id: string): void {
    const room = this.#rooms.get(id);
    if (room && !room.isSeated && !room.chain.current.own) this.#end(room);
  }

  enter({ room: id, participant }: Person): void {
    const room = this.#touch(id);
    room.cancelEnd?.();
    room.cancelEnd = undefined;
    const seat = room.seat(participant);
    seat.count += 1;
    seat.cancelForget?.();
    seat.cancelForget = undefined;
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
    if (mayReturn && room.chain.holds(participant)) {
      seat.cancelForget = this.#options.schedule(this.#options.seatHoldMs, gone);
    } else gone();
    this.#endLater(room);
  }

  #touch(id: string): BusRoom {
    const room = this.#rooms.get(id);
    if (!room) return this.#make(id);
    this.#rooms.delete(id);
    this.#rooms.set(id, room);
    return room;
  }

  #make(id: string): BusRoom {
    const room = new BusRoom(id, this.#options.newEpoch());
    this.#rooms.set(id, room);
    this.#boundRooms(room);
    return room;
  }

  /** The numbering that this process goes on with: another one where a node had the room since, or it was claimed anew. */
  #own(room: BusRoom): RoomJournal {
    const { newEpoch, orderOf } = this.#options;
    let journal = room.chain.current;
    this.#changing(room, () => (journal = room.own(orderOf(room.id), newEpoch)));
    return journal;
  }

  #forget(room: BusRoom, participant: string, kept: Kept): void {
    this.#options.onForget({ room: room.id, participant }, kept);
    const { epoch, floor } = room.ownFloor(this.#options.orderOf(room.id));
    let stays: EventRecord | undefined;
    this.#changing(room, () => (stays = room.forget(participant, kept, floor)));
    this.#options.onForgotten({ room: room.id, participant, kept, epoch, floor, stays });
  }

  /** Once nobody is in the room any more, its numbering ends after a while. */
  #endLater(room: BusRoom): void {
    if (!room.chain.current.own || room.chain.current.lastSeq === 0 || room.isSeated) return;
    room.cancelEnd ??= this.#options.schedule(this.#options.retentionMs, () => {
      room.cancelEnd = undefined;
      // Unless it is another node's by now.
      if (room.chain.current.own) this.#end(room);
    });
  }

  /** Journal and numbering go. Subscribers stay, and hear the events of the next numbering, should there be any. */
  #end(room: BusRoom): void {
    room.cancelEnd?.();
    room.cancelEnd = undefined;
    for (const seat of room.seats.values()) seat.cancelForget?.();
    for (const participant of room.seats.keys()) this.#forget(room, participant, 'end');
    room.seats.clear();
    this.#changing(room, () => room.chain.end(new RoomJournal(this.#options.newEpoch())));
    this.#dropIfUnused(room);
  }

  #dropIfUnused(room: BusRoom): void {
    const { seats, subscribers, chain } = room;
    if (seats.size > 0 || subscribers.size > 0 || chain.current.lastSeq > 0) return;
    if (this.#rooms.get(room.id) === room) this.#rooms.delete(room.id);
  }

  /** Rooms with people are bounded by whoever seats them, and those with subscribers alone by the sockets. */
  #boundRooms(newest: BusRoom): void {
    const idle = [...this.#rooms.values()].filter((room) => room.chain.current.lastSeq > 0 && room.cancelEnd);
    if (idle.length <= this.#options.maxRooms) return;
    const oldest = idle.find((room) => room !== newest);
    if (oldest) this.#end(oldest);
  }

  #bound(changed: BusRoom): void {
    this.#changing(changed, () => {
      if (changed.chain.size > this.#options.journalSize) changed.chain.dropOldest();
    });
    while (this.#bytes > this.#options.journalBytes) {
      let largest = changed;
      for (const room of this.#rooms.values()) if (room.chain.bytes > largest.chain.bytes) largest = room;
      if (largest.chain.bytes === 0) return;
      this.#changing(largest, () => largest.chain.dropOldest());
    }
  }

  #changing({ chain }: BusRoom, change: () => void): void {
    const before = chain.bytes;
    change();
    this.#bytes += chain.bytes - before;
  }
}
