import type { Meter } from '../common/metrics.js';
import { type Schedule, scheduleTimeout } from '../common/schedule.js';
import { waitAtMost } from '../common/wait-at-most.js';
import type { Consent } from '../common/consent.js';
import type { EventBus, Person, ResumePoint, Subscription, UnsequencedEvent } from '../events/bus.js';
import { BusRoom } from '../events/bus-room.js';
import { eventRecord } from '../events/event-record.js';
import { type Forgotten, InProcessBus, type InProcessBusOptions } from '../events/in-process-bus.js';
import type { Order } from '../events/order.js';
import type { RoomEvent } from '../events/schema.js';
import { EventPublisher } from './event-publisher.js';
import { type EventStream, MOST_WAIT_MS } from './event-stream.js';
import type { NatsLink } from './nats-link.js';
import { type ReaderDeps, RoomReader, type Shelf } from './room-reader.js';

export interface NatsBusDeps {
  link: NatsLink;
  stream: EventStream;
  meter: Meter;
  retentionMs: number;
  /** The number of this node's claim of a room, each larger than any before; undefined where it has none. */
  termOf: (room: string) => number | undefined;
  schedule?: Schedule;
}

/** How long a room is read on after its last subscriber here went, ms. */
const LINGER_MS = 30_000;
/** How long a subscription waits for a room's past, ms. */
const PAST_MS = 2000;
const SWEEP_MS = 1000;
/** Rooms whose last claim is remembered. */
const MOST_TERMS = 10_000;

interface Read {
  reader: RoomReader;
  /** A room of this node: only what was before is read. */
  past: boolean;
}

const seatKey = ({ room, participant }: Person): string => `${room} ${participant}`;

/**
 * The bus of one node of many. Its own rooms are its own, as in a process alone, and subscribers here are told first; beside that their
 * events go to NATS. Rooms of other nodes it reads from there, for whoever listens here.
 */
export class NatsBus implements EventBus {
  readonly local: InProcessBus;
  readonly #deps: NatsBusDeps;
  readonly #publisher: EventPublisher;
  readonly #readers = new Map<string, Read>();
  readonly #listeners = new Map<string, number>();
  /** Seats whose consent was not said yet. */
  readonly #newcomers = new Set<string>();
  readonly #terms = new Map<string, number>();
  readonly #readerDeps: ReaderDeps;
  readonly #unfollow: () => void;
  readonly #timer: NodeJS.Timeout;
  #born = 0;

  constructor(options: Partial<InProcessBusOptions>, deps: NatsBusDeps) {
    this.#deps = deps;
    const { link, stream, meter, retentionMs } = deps;
    this.local = new InProcessBus({
      ...options,
      orderOf: (room) => this.#orderOf(room),
      onForgotten: (forgotten: Forgotten) => {
        options.onForgotten?.(forgotten);
        this.#publisher.forgotten(forgotten);
      },
    });
    const now = () => performance.now();
    const connected = () => link.connected;
    this.#publisher = new EventPublisher({ bus: this.local, stream, connected, meter, now });
    this.#readerDeps = {
      ...{ connected, meter, now, retentionMs, schedule: deps.schedule ?? scheduleTimeout },
      read: (room, after, take) => stream.read(room, after, take),
    };
    const readOn = () => {
      for (const { reader } of this.#readers.values()) reader.resume();
    };
    this.#unfollow = link.onChange((isConnected) => {
      if (!isConnected) return this.#publisher.cutOff();
      this.#publisher.resume();
      readOn();
    });
    stream.onMade(readOn);
    this.#timer = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#timer.unref();
  }

  publish(event: UnsequencedEvent): RoomEvent {
    const sequenced = this.local.publish(event);
    this.#publisher.published(sequenced.room, eventRecord(sequenced));
    return sequenced;
  }

  subscribe(
    room: string,
    ...listening: Parameters<EventBus['subscribe']> extends [string, ...infer R] ? R : never
  ): Subscription {
    const subscription = this.local.subscribe(room, ...listening);
    this.#listeners.set(room, (this.#listeners.get(room) ?? 0) + 1);
    this.#read(room);
    let closed = false;
    return {
      ...subscription,
      close: () => {
        subscription.close();
        if (closed) return;
        closed = true;
        this.#unlisten(room);
      },
    };
  }

  async ready(room: string): Promise<void> {
    const reader = this.#read(room)?.reader;
    if (reader) await waitAtMost(PAST_MS, reader.caughtUp);
  }

  held(room: string, from: ResumePoint): number {
    return this.local.held(room, from);
  }

  enter(person: Person): void {
    const { room } = person;
    const hosted = this.local.hosts(room);
    this.local.enter(person);
    this.#newcomers.add(seatKey(person));
    // What was before on another node, or on this one before it was started anew, is for those who resume.
    if (!hosted && !this.#readers.has(room)) this.#readPast(room);
  }

  consent(person: Person, consent: Consent): void {
    this.local.consent(person, consent);
    // Whoever comes from another node may agree to less than there.
    const seat = seatKey(person);
    const reader = this.#newcomers.has(seat) ? this.#readers.get(person.room)?.reader : undefined;
    this.#newcomers.delete(seat);
    reader?.caughtUp.then(() => this.local.consentAfter(person, consent)).catch(() => undefined);
  }

  leave(person: Person, mayReturn: boolean): void {
    this.local.leave(person, mayReturn);
    this.#newcomers.delete(seatKey(person));
    // It may be another node's from now on.
    if (this.local.hosts(person.room) || !this.#listeners.has(person.room)) return;
    this.#read(person.room)?.reader.unhosted();
  }

  report(): void {
    this.#publisher.report();
    this.#deps.meter.set('emostream_journal_bytes', this.local.bytes);
    this.#deps.meter.set('emostream_nats_rooms_read', this.#readers.size);
  }

  /** What can be sent in a moment is. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#unfollow();
    for (const { reader } of this.#readers.values()) reader.close();
    await waitAtMost(PAST_MS, this.#publisher.drained());
    this.#publisher.close();
  }

  #orderOf(room: string): Order {
    // A node that has lost its claim, or could not renew it, goes on with the call under the one that it had.
    const term = this.#deps.termOf(room) ?? this.#terms.get(room) ?? 0;
    this.#terms.delete(room);
    this.#terms.set(room, term);
    if (this.#terms.size > MOST_TERMS) this.#terms.delete(this.#terms.keys().next().value as string);
    this.#born = Math.max(this.#born + 1, Date.now());
    return { term, born: this.#born };
  }

  /** The reader of a room that is not this node's. */
  #read(room: string): Read | undefined {
    const read = this.#readers.get(room);
    if (read?.past === this.local.hosts(room) || (read && this.local.hosts(room))) return read;
    if (!read && this.local.hosts(room)) return undefined;
    read?.reader.close();
    const { local } = this;
    const shelf: Shelf = {
      adopt: (foreign) => local.adopt(room, foreign),
      adoptForgotten: (participant, kept, floor) => local.adoptForgotten({ room, participant }, kept, floor),
      lastOf: (epoch) => local.lastOf(room, epoch),
    };
    const next = { reader: new RoomReader(room, shelf, this.#readerDeps), past: false };
    this.#readers.set(room, next);
    if (!this.#listeners.has(room)) this.#closeLater(room);
    return next;
  }

  #readPast(room: string): void {
    const { local } = this;
    const scratch = new BusRoom(room, 'past');
    let isRead = false;
    const shelf: Shelf = {
      adopt: (foreign) => (isRead ? 'hosted' : scratch.adopt(foreign)),
      adoptForgotten: (participant, kept, floor) => {
        if (isRead) local.adoptForgotten({ room, participant }, kept, floor);
        else scratch.forget(participant, kept, floor);
      },
      lastOf: (epoch) => scratch.chain.find(epoch)?.lastSeq ?? 0,
    };
    const reader = new RoomReader(room, shelf, this.#readerDeps);
    const isStill = () => this.#readers.get(room)?.reader === reader;
    this.#readers.set(room, { reader, past: true });
    reader.caughtUp
      .then(() => {
        isRead = true;
        if (isStill()) local.prepend(room, scratch);
      })
      .catch(() => undefined);
    // As long as anything of it is held, the node that had the room before may forget somebody.
    this.#later(this.#mostMs, () => isStill() && reader.close());
  }

  /** How long the stream holds anything, ms. */
  get #mostMs(): number {
    return this.#deps.retentionMs + MOST_WAIT_MS;
  }

  #later(delayMs: number, task: () => void): void {
    (this.#deps.schedule ?? scheduleTimeout)(delayMs, task);
  }

  #unlisten(room: string): void {
    const left = (this.#listeners.get(room) ?? 1) - 1;
    if (left > 0) return void this.#listeners.set(room, left);
    this.#listeners.delete(room);
    this.#closeLater(room);
  }

  #closeLater(room: string): void {
    this.#later(LINGER_MS, () => {
      const read = this.#readers.get(room);
      if (!read || read.past || this.#listeners.has(room)) return;
      read.reader.close();
      this.#readers.delete(room);
      this.local.forsake(room);
    });
  }

  /** What the stream holds no more goes here, too. */
  #sweep(): void {
    for (const [room, { reader, past }] of this.#readers) {
      this.local.expire(room, (record) => reader.isOld(record, this.#mostMs));
      if (past && !this.local.hosts(room) && !this.#listeners.has(room)) this.#readers.delete(room);
    }
  }
}
