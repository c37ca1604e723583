import { EmostreamError } from '../common/errors.js';
import type { ResumePoint } from '../events/bus.js';
import type { EventRecord } from '../events/event-record.js';
import type { RoomEvent } from '../events/schema.js';
import type { Connection } from './connection.js';
import { withNames } from './names.js';
import { narrowed, type Narrowing } from './narrowing.js';
import type { Beat, Grants, Words } from './protocol.js';
import { RoomSubscription, type SubscriptionOptions } from './room-subscription.js';
import { nameIn, type Services } from './services.js';
import type { WordReader } from './word-readers.js';

/** Rooms that one socket is subscribed to. */
const MAX_SUBSCRIPTIONS = 32;

interface Subscribed {
  events: RoomSubscription;
  /** Ends the reading of words that the subscription brings. */
  readNoWords: () => void;
  /** Ends the recording that it is. */
  recordNoMore: () => void;
}

export interface SubscriberDeps {
  services: Pick<Services, 'attachments' | 'bus' | 'recordings' | 'rooms' | 'subscribers' | 'wordReaders'>;
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
    this.#assertFew();
    const { services, reader } = this.#deps;
    const write = grants.names ? withNames((who) => nameIn(services, room, who)) : undefined;
    const subscribed = this.#listen(room, narrowing, { from, ...(write && { write }) });
    if (grants.transcript) this.#readWords(room, subscribed, reader);
    return subscribed.events.answer;
  }

  /**
   * Begins to record in the place of a subscription: of those who agree, from then on.
   * @param by whoever records, as the audit log names them
   * @returns as `begin`
   * @throws EmostreamError LIMIT_REACHED, or WRONG_STATE where the room is recorded already
   */
  record(
    room: string,
    by: string,
    narrowing: Narrowing,
    grants: Pick<Grants, 'transcript'>,
  ): { epoch: string; lastSeq: number } {
    this.end(room);
    this.#assertFew();
    const { services, connection, reader } = this.#deps;
    const { recordings } = services;
    const recording = recordings.begin(room, by, {
      leftOut: (participant) => subscribed.events.forget(participant),
      // It waits for whoever comes next.
      emptied: () => undefined,
      replaced: () => {
        this.end(room);
        connection.notify({ type: 'recording', room, recording: null, agreed: false });
      },
    });
    const keep = (event: RoomEvent) => recording.kept(event);
    const subscribed: Subscribed = this.#listen(room, narrowing, { from: undefined, keep });
    subscribed.recordNoMore = () => recordings.end(recording);
    if (!grants.transcript) return subscribed.events.answer;
    this.#readWords(room, subscribed, {
      words: (line) => {
        if (recording.keeps(JSON.parse(line) as Words)) reader.words(line);
      },
      // What was recorded of them they had agreed to.
      notify: () => undefined,
    });
    return subscribed.events.answer;
  }

  /** @param room all of them if not given */
  end(room?: string): void {
    const ending = room === undefined ? [...this.#rooms.keys()] : [room];
    for (const id of ending) {
      const subscribed = this.#rooms.get(id);
      this.#rooms.delete(id);
      subscribed?.events.close();
      subscribed?.readNoWords();
      subscribed?.recordNoMore();
    }
    if (this.#rooms.size === 0) this.#deps.services.subscribers.delete(this);
  }

  #assertFew(): void {
    if (this.#rooms.size < MAX_SUBSCRIPTIONS) return;
    throw new EmostreamError('LIMIT_REACHED', `${MAX_SUBSCRIPTIONS} rooms a socket are the most; open another`);
  }

  #listen(
    room: string,
    narrowing: Narrowing,
    how: Pick<SubscriptionOptions, 'from' | 'keep'> & Partial<Pick<SubscriptionOptions, 'write'>>,
  ): Subscribed {
    const { services, connection, afterResponse } = this.#deps;
    const { bus, subscribers } = services;
    const write = ({ text }: EventRecord) => text;
    const events = new RoomSubscription({ write, ...how, bus, room, wants: narrowed(narrowing) }, connection);
    const subscribed: Subscribed = { events, readNoWords: () => undefined, recordNoMore: () => undefined };
    this.#rooms.set(room, subscribed);
    subscribers.add(this);
    afterResponse(() => events.answered());
    return subscribed;
  }

  #readWords(room: string, subscribed: Subscribed, reader: WordReader): void {
    const { services, afterResponse } = this.#deps;
    afterResponse(() => {
      if (this.#rooms.get(room) === subscribed) subscribed.readNoWords = services.wordReaders.add(room, reader);
    });
  }
}
