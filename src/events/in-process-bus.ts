import { randomBytes } from 'node:crypto';
import type { EventBus, JournalCursor, Subscription, UnsequencedEvent } from './bus.js';
import type { RoomEvent } from './schema.js';

export interface InProcessBusOptions {
  /** Events kept per room for resuming subscribers. At the bound the oldest goes; a resume beyond it is told `missed`. */
  journalSize: number;
  /** Rooms whose numbering and journal are kept. At the bound the longest unused room without subscribers goes. */
  maxRooms: number;
}

interface RoomJournal {
  epoch: string;
  lastSeq: number;
  events: RoomEvent[];
  listeners: Set<(event: RoomEvent) => void>;
}

/** The event bus of a single process. */
export class InProcessBus implements EventBus {
  // Insertion order is order of last use: a room is re-inserted when touched.
  readonly #rooms = new Map<string, RoomJournal>();
  readonly #options: InProcessBusOptions;

  constructor(options: InProcessBusOptions) {
    this.#options = options;
  }

  publish(event: UnsequencedEvent): RoomEvent {
    const room = this.#touch(event.room);
    room.lastSeq += 1;
    const sequenced: RoomEvent = { ...event, epoch: room.epoch, seq: room.lastSeq };
    room.events.push(sequenced);
    if (room.events.length > this.#options.journalSize) room.events.shift();
    for (const listener of room.listeners) listener(sequenced);
    return sequenced;
  }

  subscribe(roomId: string, listener: (event: RoomEvent) => void): Subscription {
    const room = this.#touch(roomId);
    room.listeners.add(listener);
    return {
      epoch: room.epoch,
      lastSeq: room.lastSeq,
      read: (seq) => new RoomCursor(room, seq),
      close: () => void room.listeners.delete(listener),
    };
  }

  held(roomId: string, seq: number): number {
    const room = this.#rooms.get(roomId);
    return room ? room.events.length - firstAfter(room.events, seq) : 0;
  }

  /** The journal stays for late resumes, but becomes the first to go at the bound. */
  closeRoom(roomId: string): void {
    const room = this.#rooms.get(roomId);
    if (!room || room.listeners.size > 0) return;
    const others = [...this.#rooms].filter(([id]) => id !== roomId);
    this.#rooms.clear();
    this.#rooms.set(roomId, room);
    for (const [id, other] of others) this.#rooms.set(id, other);
  }

  get rooms(): number {
    return this.#rooms.size;
  }

  #touch(roomId: string): RoomJournal {
    let room = this.#rooms.get(roomId);
    if (room) this.#rooms.delete(roomId);
    else room = { epoch: randomBytes(9).toString('base64url'), lastSeq: 0, events: [], listeners: new Set() };
    this.#rooms.set(roomId, room);
    if (this.#rooms.size > this.#options.maxRooms) {
      for (const [id, candidate] of this.#rooms) {
        if (id !== roomId && candidate.listeners.size === 0) {
          this.#rooms.delete(id);
          break;
        }
      }
    }
    return room;
  }
}

/** Looks its place up anew at every step, for the journal moves on under it. */
class RoomCursor implements JournalCursor {
  readonly #room: RoomJournal;
  #seq: number;

  constructor(room: RoomJournal, seq: number) {
    this.#room = room;
    this.#seq = Math.min(seq, room.lastSeq);
  }

  get behind(): boolean {
    return this.#seq < this.#room.lastSeq;
  }

  next(): ReturnType<JournalCursor['next']> {
    if (!this.behind) return undefined;
    const { events, lastSeq } = this.#room;
    const event = events[firstAfter(events, this.#seq)];
    const fromSeq = this.#seq + 1;
    if (event?.seq === fromSeq) {
      this.#seq = event.seq;
      return { event };
    }
    this.#seq = event ? event.seq - 1 : lastSeq;
    return { missed: { fromSeq, toSeq: this.#seq, reason: 'expired' } };
  }
}

/** Index of the first event with a greater `seq`; they ascend. */
function firstAfter(events: readonly RoomEvent[], seq: number): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle]?.seq ?? Infinity) <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
