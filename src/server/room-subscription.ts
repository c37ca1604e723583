import type { EventBus, ResumePoint, Subscription } from '../events/bus.js';
import { type EventRecord, eventRecord } from '../events/event-record.js';
import type { MissedRun } from '../events/room-journal.js';
import type { RoomEvent } from '../events/schema.js';
import type { Connection } from './connection.js';
import type { EventOutbox } from './event-outbox.js';
import type { Outboxes, OutboxOptions } from './outboxes.js';
import type { Beat } from './protocol.js';

/** What a subscription needs of a connection. */
export type EventSink = Pick<Connection, 'notify' | 'bulkhead'> & {
  readonly outboxes: Pick<Outboxes, 'open' | 'close'>;
};

export interface SubscriptionOptions extends OutboxOptions {
  bus: EventBus;
  from: ResumePoint | undefined;
  /** What of an event is told; null: nothing of it; and nothing of before the answer. All of every event if not given. */
  keep?: ((event: RoomEvent) => RoomEvent | null) | undefined;
}

/** One socket's subscription to a room: nothing until its answer is out, then what was, then what comes. */
export class RoomSubscription {
  readonly #options: SubscriptionOptions;
  readonly #sink: EventSink;
  readonly #outbox: EventOutbox;
  readonly #subscription: Subscription;
  #newest: { epoch: string; seq: number };
  /** Until the answer is out, events stay in the journal: an answer comes before what it announces. */
  #answered = false;
  #closed = false;

  constructor(options: SubscriptionOptions, sink: EventSink) {
    this.#options = options;
    this.#sink = sink;
    this.#outbox = sink.outboxes.open(options);
    this.#subscription = options.bus.subscribe(
      options.room,
      sink.bulkhead.wrap((event: RoomEvent) => {
        this.#newest = { epoch: event.epoch, seq: event.seq };
        if (!this.#answered) return;
        const kept = options.keep ? options.keep(event) : event;
        if (kept) this.#outbox.push(eventRecord(kept));
      }),
      sink.bulkhead.wrap((isForgotten: (event: EventRecord) => boolean) => this.#outbox.forget(isForgotten)),
      sink.bulkhead.wrap((run: MissedRun) => {
        if (this.#answered) this.#outbox.miss(run);
      }),
    );
    const { epoch, lastSeq } = this.#subscription;
    this.#newest = { epoch, seq: lastSeq };
  }

  /** The room's numbering, or the earlier one that it begins in, and the newest seq of it when the subscription began. */
  get answer(): { epoch: string; lastSeq: number } {
    return this.#subscription.numbering(this.#options.keep ? undefined : this.#options.from);
  }

  /** How far everything that was wanted has been sent; undefined while something waits. */
  get reached(): Beat['rooms'][number] | undefined {
    return this.#answered && this.#outbox.idle ? { room: this.#options.room, ...this.#newest } : undefined;
  }

  answered(): void {
    if (this.#closed) return;
    this.#answered = true;
    const { room, from, keep } = this.#options;
    // What the journal holds went through nobody's choice.
    if (keep) return;
    const { cursor, ended } = this.#subscription.read(from);
    if (ended) this.#sink.notify({ type: 'missed', room, ...ended, toSeq: null, reason: 'other-epoch' });
    this.#outbox.replay(cursor);
  }

  /** What is about somebody and waits to be sent goes. */
  forget(participant: string): void {
    this.#outbox.forget((event) => event.participant === participant);
  }

  close(): void {
    this.#closed = true;
    this.#subscription.close();
    this.#sink.outboxes.close(this.#outbox);
  }
}
