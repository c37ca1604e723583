import type { RoomEvent } from '../events/schema.js';

export interface SeqRange {
  fromSeq: number;
  toSeq: number;
}

export interface EventOutboxOptions {
  /** Unsent bytes past which events are held back. */
  maxBufferedBytes: number;
  /** Emotion events held back; past it the oldest is dropped. */
  maxHeld: number;
  bufferedBytes: () => number;
  send: (event: RoomEvent) => void;
  sendMissed: (range: SeqRange) => void;
  onDrop: () => void;
}

type Held = { event: RoomEvent; replayed: boolean } | { missed: SeqRange };

/**
 * Keeps a slow subscriber from filling memory: while its socket has too much unsent, events are held back, and past a bound
 * the oldest emotion events go, since in a live call the newest says most. `begin`, `gap` and `end` are few and tell what
 * the overlay must show, so they go last. What was dropped is told in the events' order, one `missed` for each unbroken run.
 */
export class EventOutbox {
  readonly #options: EventOutboxOptions;
  #held: Held[] = [];

  constructor(options: EventOutboxOptions) {
    this.#options = options;
  }

  get held(): number {
    return this.#held.length;
  }

  push(event: RoomEvent): void {
    const { bufferedBytes, maxBufferedBytes, maxHeld, send } = this.#options;
    if (this.#held.length === 0 && bufferedBytes() <= maxBufferedBytes) return send(event);
    this.#held.push({ event, replayed: false });
    const live = this.#held.filter((held) => 'event' in held && !held.replayed).length;
    const liveEmotions = this.#held.filter(
      (held) => 'event' in held && !held.replayed && held.event.type === 'emotion',
    ).length;
    if (liveEmotions > maxHeld) this.#drop((held) => held.type === 'emotion');
    else if (live > 2 * maxHeld) this.#drop(() => true);
  }

  /** Events of the journal: as many as it holds, sent as the socket takes them; they do not count as held back. */
  replay(events: readonly RoomEvent[]): void {
    for (const event of events) this.#held.push({ event, replayed: true });
    this.drained();
  }

  /** To be called whenever bytes have left: sends on what was held as long as the socket takes it. */
  drained(): void {
    const { bufferedBytes, maxBufferedBytes, send, sendMissed } = this.#options;
    // Waits for half the bound, so that a slow socket is not topped up event by event.
    if (this.#held.length === 0 || bufferedBytes() > maxBufferedBytes / 2) return;
    while (this.#held.length > 0 && bufferedBytes() <= maxBufferedBytes) {
      const next = this.#held.shift() as Held;
      if ('event' in next) send(next.event);
      else sendMissed(next.missed);
    }
  }

  clear(): void {
    this.#held = [];
  }

  #drop(droppable: (event: RoomEvent) => boolean): void {
    const index = this.#held.findIndex((held) => 'event' in held && droppable(held.event));
    const held = this.#held[index];
    if (!held || !('event' in held)) return;
    const range: SeqRange = { fromSeq: held.event.seq, toSeq: held.event.seq };
    let [start, count] = [index, 1];
    const before = this.#held[index - 1];
    if (before && 'missed' in before && before.missed.toSeq + 1 === range.fromSeq) {
      range.fromSeq = before.missed.fromSeq;
      [start, count] = [start - 1, count + 1];
    }
    const after = this.#held[index + 1];
    if (after && 'missed' in after && after.missed.fromSeq === range.toSeq + 1) {
      range.toSeq = after.missed.toSeq;
      count += 1;
    }
    this.#held.splice(start, count, { missed: range });
    this.#options.onDrop();
  }
}
