import { randomBytes } from 'node:crypto';
import type { EventBus, Subscription, UnsequencedEvent } from './bus.js';
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

  subscribe(roomId: string, sinceSeq: number | undefined, listener: (event: RoomEvent) => void): Subscription {
    const room = this.#touch(roomId);
    let missed: Subscription['missed'] = null;
    if (sinceSeq !== undefined && sinceSeq < room.lastSeq) {
      const oldestHeld = room.events[0]?.seq ?? room.lastSeq + 1;
      if (sinceSeq + 1 < oldestHeld) missed = { fromSeq: sinceSeq + 1, toSeq: oldestHeld - 1 };
    }
    const lastSeq = room.lastSeq;
    if (sinceSeq !== undefined) for (const event of room.events) if (event.seq > sinceSeq) listener(event);
    room.listeners.add(listener);
    return { epoch: room.epoch, lastSeq, missed, close: () => void room.listeners.delete(listener) };
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
