import { inspect } from 'node:util';
import { Bulkhead } from '../../../../src/common/bulkhead.js';
import { silentMeter } from '../../../../src/common/metrics.js';
import type { EventBus, ResumePoint } from '../../../../src/events/bus.js';
import type { EventRecord } from '../../../../src/events/event-record.js';
import { EventOutbox } from '../../../../src/server/event-outbox.js';
import type { Notification } from '../../../../src/server/protocol.js';
import type { ReplayTurns } from '../../../../src/server/replay-turns.js';
import { type EventSink, RoomSubscription } from '../../../../src/server/room-subscription.js';

const MAX_BYTES = 6000;

/**
 * One socket with its real outbox and subscription. What leaves is checked by `onSent` at the moment when it does, and here
 * that every number comes once, or is told missed, in order.
 */
export class SimulatedSubscriber implements EventSink {
  readonly bulkhead: Bulkhead;
  slow = false;
  readonly #bus: EventBus;
  readonly #room: string;
  readonly #outbox: EventOutbox;
  readonly outboxes = { open: () => this.#outbox, close: () => this.#outbox.clear() };
  readonly #turns = new Set<() => void>();
  #subscription: RoomSubscription | undefined;
  #buffered = 0;
  /** The numbering that is heard, and the newest number of it; of a numbering that has ended nothing is known. */
  #place: { epoch: string; seq: number } | undefined;
  /** Asked for a numbering and not told yet that it has ended. */
  #asked: ResumePoint | undefined;

  #answered = true;
  /** Whose analysis has ended, as far as this socket was told without a gap. */
  readonly #ended = new Set<string>();
  readonly #violated: (what: string) => void;

  constructor(
    bus: EventBus,
    room: string,
    onSent: (event: EventRecord, ended: Set<string>) => void,
    violated: (what: string) => void,
  ) {
    this.#bus = bus;
    this.#room = room;
    this.#violated = violated;
    this.bulkhead = new Bulkhead('connection', {
      meter: silentMeter,
      logger: { error: (details: unknown) => violated(inspect(details)) },
    });
    this.#outbox = new EventOutbox({
      maxBufferedBytes: MAX_BYTES,
      maxHeld: 3,
      bufferedBytes: () => this.#buffered,
      wants: () => true,
      send: (event) => {
        this.#buffered += event.text.length;
        this.#told(event.epoch, event.seq, event.seq);
        onSent(event, this.#ended);
      },
      sendMissed: ({ epoch, fromSeq, toSeq }) => {
        this.#told(epoch, fromSeq, toSeq ?? fromSeq);
        this.#ended.clear();
      },
      onDrop: () => undefined,
      turns: {
        ask: (turn: () => void) => this.#turns.add(turn),
        forget: (turn: () => void) => this.#turns.delete(turn),
      } as unknown as ReplayTurns,
    });
  }

  get place(): { epoch: string; seq: number } | undefined {
    return this.#place;
  }
  get subscribed(): boolean {
    return this.#subscription !== undefined;
  }

  subscribe(resume: 'no' | 'by number' | 'by epoch'): void {
    this.unsubscribe();
    const place = resume === 'no' ? undefined : this.#place;
    const from = place && { sinceSeq: place.seq, epoch: resume === 'by epoch' ? place.epoch : undefined };
    this.#subscription = new RoomSubscription(
      { bus: this.#bus, room: this.#room, from, wants: () => true, write: ({ text }) => text },
      this,
    );
    this.#answered = false;
    this.#ended.clear();
    const { epoch, lastSeq } = this.#subscription.answer;
    this.#asked = from;
    // A number alone may be one of the present numbering by chance.
    if (!from) this.#place = { epoch, seq: lastSeq };
    else if (from.epoch === undefined && from.sinceSeq <= lastSeq) this.#place = { epoch, seq: from.sinceSeq };
  }

  answer(): void {
    if (!this.#answered) this.#subscription?.answered();
    this.#answered = true;
  }

  unsubscribe(): void {
    this.#subscription?.close();
    this.#subscription = undefined;
    this.#outbox.clear();
  }

  /** Bytes leave, and replays have their turns. */
  work(): void {
    for (const turn of [...this.#turns]) {
      this.#turns.delete(turn);
      turn();
    }
    if (this.slow) return;
    this.#buffered = 0;
    this.#outbox.drained();
  }

  notify(notification: Notification): void {
    if (notification.type !== 'missed') throw new Error(`unexpected ${notification.type}`);
    const { epoch, fromSeq, toSeq, reason } = notification;
    const { sinceSeq, epoch: named = 'unknown' } = this.#asked ?? {};
    if (toSeq !== null || reason !== 'other-epoch' || epoch !== named || fromSeq !== (sinceSeq ?? NaN) + 1) {
      this.#violated(`wrongly told of another numbering: ${JSON.stringify(notification)}`);
    }
    this.#place = undefined;
  }

  #told(epoch: string, fromSeq: number, toSeq: number): void {
    const expected = this.#place?.epoch === epoch ? this.#place.seq + 1 : 1;
    if (fromSeq !== expected || toSeq < fromSeq) {
      const heard = `${epoch}:${String(fromSeq)}-${String(toSeq)}`;
      this.#violated(`told of ${heard} where ${String(expected)} was due after ${JSON.stringify(this.#place)}`);
    }
    this.#place = { epoch, seq: toSeq };
  }
}
