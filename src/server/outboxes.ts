import type { Meter } from '../common/metrics.js';
import type { EventRecord } from '../events/event-record.js';
import { EventOutbox, type Missed } from './event-outbox.js';
import type { ReplayTurns } from './replay-turns.js';

/** Of a subscription: its room, which of its events are wanted, and how each is written. */
export interface OutboxOptions {
  room: string;
  wants: (event: EventRecord) => boolean;
  write: (event: EventRecord) => string;
}

export interface OutboxesOptions {
  maxBufferedBytes: number;
  turns: ReplayTurns;
  meter: Meter;
  bufferedBytes: () => number;
  send: (text: string) => void;
  missed: (room: string, missed: Missed) => void;
}

const MAX_HELD_EVENTS = 64;

/** What holds back and sends the events of one socket's subscriptions. */
export class Outboxes {
  readonly #open = new Set<EventOutbox>();
  readonly #options: OutboxesOptions;

  constructor(options: OutboxesOptions) {
    this.#options = options;
  }

  open({ room, wants, write }: OutboxOptions): EventOutbox {
    const { send, missed, meter, ...shared } = this.#options;
    const outbox = new EventOutbox({
      ...shared,
      maxHeld: MAX_HELD_EVENTS,
      wants,
      send: (event) => send(write(event)),
      sendMissed: (run) => missed(room, run),
      onDrop: () => meter.count('emostream_dropped_total', { stage: 'server', reason: 'slow-subscriber' }),
    });
    this.#open.add(outbox);
    return outbox;
  }

  /** Forgets events held back: their subscription ended. */
  close(outbox: EventOutbox): void {
    outbox.clear();
    this.#open.delete(outbox);
  }

  closeAll(): void {
    for (const outbox of [...this.#open]) this.close(outbox);
  }

  /** To be called whenever bytes have left. */
  drained(): void {
    for (const outbox of this.#open) outbox.drained();
  }
}
