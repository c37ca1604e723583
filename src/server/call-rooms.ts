import { Bulkhead } from '../common/bulkhead.js';
import { EmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import { Room, type RoomDeps } from '../sfu/index.js';
import type { AuditLog } from './audit-log.js';
import { CallRoom } from './call-room.js';
import { BlockedGauge } from './media-news.js';
import type { Moderation } from './moderation.js';
import type { Recordings } from './recordings/recordings.js';
import type { Replays } from './replays.js';
import type { WordReaders } from './word-readers.js';

export interface CallRoomsDeps extends RoomDeps {
  maxRooms: number;
  maxRoomsPerAddress: number;
  maxSeatsPerToken: number;
  maxSeatsPerAddress: number;
  meter: Meter;
  audit: AuditLog;
  wordReaders: WordReaders;
  moderation: Moderation;
  recordings: Recordings;
  replays: Replays;
  language: string | null;
  /** The person's call is in another application, and they are analysed for it already. */
  attached: (room: string, participant: string) => boolean;
}

/** A room can close between its opening and a second person's entering; then it is opened anew, so many times. */
const MAX_ATTEMPTS = 3;

/** The rooms that are open. A room opens with its first participant and closes with its last. */
export class CallRooms {
  readonly #deps: CallRoomsDeps;
  readonly #rooms = new Map<string, Promise<CallRoom>>();
  readonly #open = new Map<string, CallRoom>();
  /** From which address each room was opened. */
  readonly #openers = new Map<string, string>();
  readonly #blocked: BlockedGauge;
  #members = 0;
  #closed = false;

  constructor(deps: CallRoomsDeps) {
    this.#deps = deps;
    this.#blocked = new BlockedGauge(deps.meter);
  }

  /** Open rooms, by id. */
  get open(): ReadonlyMap<string, CallRoom> {
    return this.#open;
  }

  get members(): number {
    return this.#members;
  }

  /**
   * Runs `take` in the room, which is opened if it is not; a room that nobody took a seat in closes again.
   * @param address of whoever enters: the rooms that it opened are limited
   * @throws EmostreamError LIMIT_REACHED, WORKER_DIED, CLOSED, or what `take` throws
   */
  async enter<T>(id: string, address: string, take: (room: CallRoom) => Promise<T>): Promise<T> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const room = await this.#get(id, address);
      if (room.room.closed) continue;
      try {
        return await take(room);
      } finally {
        if (room.size === 0) room.room.close('empty');
      }
    }
    throw new EmostreamError('CLOSED', 'the room closes again and again: join again in a moment');
  }

  /** It is another server's now: everybody in it is told where, and it closes here. */
  move(id: string, url: string): void {
    const room = this.#open.get(id);
    const moved = { type: 'moved', room: id, url } as const;
    room?.broadcast(moved);
    for (const reader of [...this.#deps.wordReaders.of(id)]) reader.notify(moved);
    room?.room.close('server-closing');
  }

  close(): void {
    this.#closed = true;
    for (const { room } of [...this.#open.values()]) room.close('server-closing');
  }

  #get(id: string, address: string): Promise<CallRoom> {
    const known = this.#rooms.get(id);
    if (known) return known;
    if (this.#closed) throw new EmostreamError('CLOSED', 'the server is closing');
    if (this.#rooms.size >= this.#deps.maxRooms) {
      throw new EmostreamError('LIMIT_REACHED', `${this.#deps.maxRooms} rooms are open, which is the most (maxRooms)`);
    }
    this.#assertFewRooms(address);
    const opening = this.#openRoom(id);
    this.#rooms.set(id, opening);
    this.#openers.set(id, address);
    opening.catch(() => this.#forget(id));
    return opening;
  }

  #assertFewRooms(address: string): void {
    const { maxRoomsPerAddress, meter } = this.#deps;
    let opened = 0;
    for (const opener of this.#openers.values()) if (opener === address) opened += 1;
    if (opened < maxRoomsPerAddress) return;
    meter.count('emostream_refused_total', { what: 'room' });
    throw new EmostreamError(
      'LIMIT_REACHED',
      `${maxRoomsPerAddress} rooms were opened from your address, which is the most (maxRoomsPerAddress)`,
    );
  }

  #forget(id: string): void {
    this.#rooms.delete(id);
    this.#openers.delete(id);
  }

  async #openRoom(id: string): Promise<CallRoom> {
    const { maxSeatsPerToken, maxSeatsPerAddress, audit, wordReaders, moderation, recordings, replays } = this.#deps;
    const { language, clock, meter, logger } = this.#deps;
    const room = await Room.create(id, this.#deps);
    const onMembers = (by: 1 | -1) => {
      this.#members += by;
      meter.set('emostream_participants', this.#members);
    };
    const seatsFrom = (address: string) => {
      let taken = 0;
      for (const open of this.#open.values()) taken += open.seatsFrom(address);
      return taken;
    };
    const shared = {
      maxSeatsPerToken,
      maxSeatsPerAddress,
      seatsFrom,
      audit,
      wordReaders,
      moderation,
      recordings,
      replays,
      language,
      blocked: this.#blocked,
      clock,
      meter,
      logger,
    };
    const attached = (participant: string) => this.#deps.attached(id, participant);
    const callRoom = new CallRoom(room, { ...shared, attached, onMembers });
    this.#open.set(id, callRoom);
    meter.set('emostream_rooms', this.#open.size);
    logger.info({ room: id }, 'room opened');
    const bulkhead = new Bulkhead('nothing', { meter, logger });
    room.once(
      'closed',
      bulkhead.wrap((reason) => {
        logger.info({ room: id, reason }, 'room closed');
        this.#forget(id);
        this.#open.delete(id);
        recordings.emptied(id);
        meter.set('emostream_rooms', this.#open.size);
      }),
    );
    if (this.#closed) room.close('server-closing');
    return callRoom;
  }
}
