import { EmostreamError } from '../common/errors.js';
import type { ResumePoint } from '../events/bus.js';
import type { EventRecord } from '../events/event-record.js';
import type { Connection } from './connection.js';
import { withNames } from './names.js';
import { narrowed, type Narrowing } from './narrowing.js';
import type { Beat, Grants } from './protocol.js';
import { RoomSubscription } from './room-subscription.js';
import { nameIn, type Services } from './services.js';
import type { WordReader } from './word-readers.js';

/** Rooms that one socket is subscribed to. */
const MAX_SUBSCRIPTIONS = 32;

interface Subscribed {
  events: RoomSubscription;
  /** Ends the reading of words that the subscription brings. */
  readNoWords: () => void;
}

export interface SubscriberDeps {
  services: Pick<Services, 'attachments' | 'bus' | 'rooms' | 'subscribers' | 'wordReaders'>;
  connection: Connection;
  reader: WordReader;
  /** Runs a task when the answer to the running request is on its way. */
  afterResponse: (task: () => void) => void;
}

/** The rooms that one socket listens to. */
export class SessionSubscriptions {
  readonly #deps: SubscriberDeps;
  /** By room. */
  readonly #rooms = new Map<string, Subscribed>();

  constructor(deps: SubscriberDeps) {
    this.#deps = deps;
  }

  /** How far each has been served. */
  get reached(): Beat['rooms'] {
    return [...this.#rooms.values()].flatMap(({ events }) => events.reached ?? []);
  }

  /**
   * Begins a subscription in the place of the one of the same room.
   * @returns the room's numbering and its newest seq
   * @throws EmostreamError LIMIT_REACHED
   */
  begin(
    room: string,
    from: ResumePoint | undefined,
    narrowing: Narrowing,
    grants: Pick<Grants, 'names' | 'transcript'>,
  ): { epoch: string; lastSeq: number } {
    this.end(room);
    if (this.#rooms.size >= MAX_SUBSCRIPTIONS) {
      throw new EmostreamError('LIMIT_REACHED', `${MAX_SUBSCRIPTIONS} rooms a socket are the most; open another`);
    }
    const { services, connection, reader, afterResponse } = this.#deps;
    const { bus, subscribers, wordReaders } = services;
    const write = grants.names ? withNames((who) => nameIn(services, room, who)) : ({ text }: EventRecord) => text;
    const events = new RoomSubscription({ bus, room, from, wants: narrowed(narrowing), write }, connection);
    const subscribed: Subscribed = { events, readNoWords: () => undefined };
    this.#rooms.set(room, subscribed);
    subscribers.add(this);
    afterResponse(() => events.answered());
    if (grants.transcript) {
      afterResponse(() => {
        if (this.#rooms.get(room) === subscribed) subscribed.readNoWords = wordReaders.add(room, reader);
      });
    }
    return events.answer;
  }

  /** @param room all of them if not given */
  end(room?: string): void {
    const ending = room === undefined ? [...this.#rooms.keys()] : [room];
    for (const id of ending) {
      const subscribed = this.#rooms.get(id);
      this.#rooms.delete(id);
      subscribed?.events.close();
      subscribed?.readNoWords();
    }
    if (this.#rooms.size === 0) this.#deps.services.subscribers.delete(this);
  }
}
