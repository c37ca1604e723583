import type { EventBus, ResumePoint, Subscription } from '../events/bus.js';
import { type EventRecord, eventRecord } from '../events/event-record.js';
import type { RoomEvent } from '../events/schema.js';
import type { Connection } from './connection.js';

/** What a subscription needs of a connection. */
export type EventSink = Pick<Connection, 'event' | 'forget' | 'replay' | 'notify' | 'subscribedRoom' | 'bulkhead'>;

/** One socket's subscription to a room: nothing until its answer is out, then what was, then what comes. */
export class RoomSubscription {
  readonly #room: string;
  readonly #from: ResumePoint | undefined;
  readonly #sink: EventSink;
  readonly #subscription: Subscription;
  /** Until the answer is out, events stay in the journal: an answer comes before what it announces. */
  #answered = false;
  #closed = false;

  constructor(bus: EventBus, room: string, from: ResumePoint | undefined, sink: EventSink) {
    this.#room = room;
    this.#from = from;
    this.#sink = sink;
    this.#subscription = bus.subscribe(
      room,
      sink.bulkhead.wrap((event: RoomEvent) => {
        if (this.#answered) sink.event(eventRecord(event));
      }),
      sink.bulkhead.wrap((isForgotten: (event: EventRecord) => boolean) => sink.forget(isForgotten)),
    );
  }

  /** The room's numbering, and its newest seq when the subscription began. */
  get answer(): { epoch: string; lastSeq: number } {
    const { epoch, lastSeq } = this.#subscription;
    return { epoch, lastSeq };
  }

  answered(): void {
    if (this.#closed) return;
    this.#answered = true;
    this.#sink.subscribedRoom = this.#room;
    const { cursor, ended } = this.#subscription.read(this.#from);
    if (ended) {
      this.#sink.notify({ type: 'missed', room: this.#room, ...ended, toSeq: null, reason: 'other-epoch' });
    }
    this.#sink.replay(cursor);
  }

  close(): void {
    this.#closed = true;
    this.#subscription.close();
  }
}
