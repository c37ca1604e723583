import type { Meter } from '../common/metrics.js';
import type { Schedule } from '../common/schedule.js';
import type { Person } from '../events/bus.js';
import type { Adopted, Foreign } from '../events/bus-room.js';
import { type EventRecord, recordedAs } from '../events/event-record.js';
import { compareOrders, type Order } from '../events/order.js';
import type { Floor } from '../events/room-chain.js';
import type { Kept } from '../events/room-journal.js';
import type { RoomEvent } from '../events/schema.js';
import { readMessage, type Told } from './event-message.js';
import type { Reading, StreamMessage } from './event-stream.js';
import { fromToken } from './subjects.js';

/** Where what is read goes: a room of the bus. */
export interface Shelf {
  adopt(foreign: Foreign): Adopted;
  adoptForgotten(participant: string, kept: Kept, floor: Floor): void;
  /** The newest number that is known of a numbering. */
  lastOf(epoch: string): number;
}

export interface ReaderDeps {
  read: (room: string, after: number | undefined, take: (message: StreamMessage) => void) => Promise<Reading>;
  connected: () => boolean;
  retentionMs: number;
  meter: Meter;
  /** Never goes back, ms. */
  now: () => number;
  schedule: Schedule;
}

const RETRY_MS = 250;
/**
 * How long events wait for others that were sent before them and have not come: those are sent again, after them, where a server that
 * stored them took over from one that had not (two time-outs of publishing, and a little); ms. And how many wait at most.
 */
const HOLE_MS = 5000;
const MOST_HELD = 2000;
/** People of one room whose forgetting is remembered; past it the one that was longest ago goes. */
const MOST_FLOORS = 10_000;

type ToldEvent = Told & { kind: 'event' };

/** Reads a room's events as all nodes do, in the stream's order, and puts by which of them may still be told. */
export class RoomReader {
  readonly room: string;
  readonly #deps: ReaderDeps;
  readonly #shelf: Shelf;
  /** Where the newest generation of somebody's consent begins. */
  readonly #floors = new Map<string, Floor>();
  /** The highest of them. */
  #forgotten: Floor | undefined;
  readonly #readMs = new WeakMap<EventRecord, number>();
  readonly #caughtUp: Promise<void>;
  #tellCaughtUp!: () => void;
  #reading: Reading | undefined;
  #starts = 0;
  #after: number | undefined;
  /** Before the first message that was passed over, as the room was this node's own. */
  #passedOver: number | undefined;
  /** Events behind a hole, and what ends their waiting. */
  readonly #held: { told: ToldEvent; madeAt: number }[] = [];
  #cancelWait: (() => void) | undefined;
  #closed = false;

  constructor(room: string, shelf: Shelf, deps: ReaderDeps) {
    this.room = room;
    this.#shelf = shelf;
    this.#deps = deps;
    this.#caughtUp = new Promise((resolve) => (this.#tellCaughtUp = resolve));
    this.resume();
  }

  /** Resolves when what was there has been read. */
  get caughtUp(): Promise<void> {
    return this.#caughtUp;
  }

  /** NATS is reached again: the consumer that there was may be gone. */
  resume(): void {
    if (this.#closed || !this.#deps.connected()) return;
    this.#stop();
    const start = ++this.#starts;
    const isOver = () => this.#closed || start !== this.#starts;
    const began = { ms: Date.now(), at: this.#deps.now() };
    // Messages may come before the answer that says when reading began.
    const early: StreamMessage[] = [];
    let reading: Reading | undefined;
    this.#deps
      .read(this.room, this.#after, (message) => {
        if (isOver()) return;
        if (!reading) early.push(message);
        else this.#take(message, reading, began);
      })
      .then(
        (opened) => {
          if (isOver()) return opened.stop();
          this.#reading = reading = opened;
          for (const message of early.splice(0)) this.#take(message, opened, began);
          opened.caughtUp.then(this.#tellCaughtUp, () => undefined);
        },
        () => {
          if (!isOver()) this.#deps.schedule(RETRY_MS, () => isOver() || this.resume());
        },
      );
  }

  /** The room is this node's own no more: what came meanwhile is read after all. */
  unhosted(): void {
    if (this.#passedOver === undefined) return;
    this.#after = this.#passedOver;
    this.#passedOver = undefined;
    this.resume();
  }

  /** What was made so long ago that the stream holds it no more; undefined of what was not read here. */
  isOld(record: EventRecord, mostMs: number): boolean {
    const readMs = this.#readMs.get(record);
    return readMs !== undefined && this.#deps.now() - readMs > mostMs;
  }

  close(): void {
    this.#closed = true;
    this.#cancelWait?.();
    this.#stop();
    this.#tellCaughtUp();
  }

  #stop(): void {
    this.#reading?.stop();
    this.#reading = undefined;
  }

  #take(message: StreamMessage, { beganMs }: Reading, began: { at: number }): void {
    this.#after = message.seq;
    const told = readMessage(message.headers, message.text);
    if (!told) return this.#drop('malformed');
    // When it was made, by the clock of this process: the past by the server's clock alone, what comes now as it comes.
    const madeAt = message.past ? began.at - (beganMs - message.storedMs) : this.#deps.now();
    const participant = fromToken(message.subject.split('.')[2] ?? '');
    switch (told.kind) {
      case 'forget':
        if (told.stays?.event.participant === participant) this.#adopt(told, told.stays, madeAt);
        return this.#forget({ room: this.room, participant }, told.kept, { ...told.order, seq: told.seq });
      case 'lost':
        this.#shelf.adopt({ ...told, lost: { fromSeq: told.fromSeq, toSeq: told.seq } });
        return this.#release();
      case 'event':
        if (told.event.participant !== participant || told.event.room !== this.room) return this.#drop('malformed');
        return this.#event(told, madeAt, message.past);
    }
  }

  #event(told: ToldEvent, madeAt: number, past: boolean): void {
    const { epoch, after, ageMs } = told;
    // A forget that was before it may have gone from the stream by now.
    if (past && this.#deps.now() - madeAt + ageMs > this.#deps.retentionMs) return this.#drop('expired');
    if (this.#held[0] && this.#held[0].told.epoch !== epoch) this.#release(true);
    const last = this.#shelf.lastOf(epoch);
    // What is missing of the past was purged.
    if (past || last === 0 || after <= last) {
      this.#tell(told, madeAt);
      return this.#release();
    }
    if (this.#held.length === 0) this.#cancelWait = this.#deps.schedule(HOLE_MS, () => this.#release(true));
    this.#held.push({ told, madeAt });
    if (this.#held.length > MOST_HELD) this.#release(true);
  }

  /** Lets those go on that wait for nothing any more. @param all whether anything is there to be waited for or not */
  #release(all = false): void {
    for (let next = this.#held[0]; next; next = this.#held[0]) {
      const { epoch, order, after } = next.told;
      const last = this.#shelf.lastOf(epoch);
      if (after > last) {
        if (!all) return;
        // What was purged with somebody does not come, and was not lost.
        const fromSeq = Math.max(last, this.#forgottenTo(order)) + 1;
        if (fromSeq <= after) this.#shelf.adopt({ epoch, order, lost: { fromSeq, toSeq: after } });
      }
      this.#held.shift();
      this.#tell(next.told, next.madeAt);
    }
    this.#cancelWait?.();
    this.#cancelWait = undefined;
  }

  #tell(told: ToldEvent, madeAt: number): void {
    const { order, seq, event, ageMs } = told;
    const floor = this.#floors.get(event.participant);
    if (floor && isUnder(floor, order, seq)) return this.#drop('forgotten');
    const adopted = this.#adopt(told, told, madeAt - ageMs);
    if (adopted === 'stale') this.#drop('stale');
    if (adopted === 'hosted') this.#passedOver ??= (this.#after ?? 1) - 1;
  }

  #adopt(
    { epoch, order }: { epoch: string; order: Order },
    { event, text }: { event: RoomEvent; text: string },
    madeAt: number,
  ): Adopted {
    const record = recordedAs(event, text);
    this.#readMs.set(record, madeAt);
    return this.#shelf.adopt({ epoch, order, event, record });
  }

  #forget({ participant }: Person, kept: Kept, floor: Floor): void {
    const before = this.#floors.get(participant);
    if (before && isUnder(before, floor, floor.seq)) return;
    if (!this.#forgotten || !isUnder(this.#forgotten, floor, floor.seq)) this.#forgotten = floor;
    this.#floors.delete(participant);
    this.#floors.set(participant, floor);
    if (this.#floors.size > MOST_FLOORS) this.#floors.delete(this.#floors.keys().next().value as string);
    this.#shelf.adoptForgotten(participant, kept, floor);
  }

  /** Up to which number of a numbering somebody's were purged. */
  #forgottenTo(order: Order): number {
    if (!this.#forgotten) return 0;
    const compared = compareOrders(order, this.#forgotten);
    return compared < 0 ? Infinity : compared === 0 ? this.#forgotten.seq : 0;
  }

  #drop(reason: 'malformed' | 'forgotten' | 'expired' | 'stale'): void {
    this.#deps.meter.count('emostream_dropped_total', { stage: 'nats', reason });
  }
}

const isUnder = (floor: Floor, order: Order, seq: number): boolean => {
  const compared = compareOrders(order, floor);
  return compared < 0 || (compared === 0 && seq <= floor.seq);
};
