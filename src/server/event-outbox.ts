import type { JournalCursor } from '../events/bus.js';
import type { RoomEvent } from '../events/schema.js';
import type { ReplayTurns } from './replay-turns.js';

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
  sendMissed: (range: SeqRange & { reason: 'slow-subscriber' | 'expired' | 'forgotten' }) => void;
  onDrop: () => void;
  /** Shared by all sockets. */
  turns: ReplayTurns;
}

type Held = { event: RoomEvent } | { missed: SeqRange };

/** Unsent bytes past which a replay waits for the reader: the journal keeps the events meanwhile, so little is needed. */
const REPLAY_BUFFERED_BYTES = 131_072;
/** Events of one turn: some 64 kB. */
const EVENTS_PER_TURN = 32;

/**
 * Keeps a slow subscriber from filling memory: while its socket has too much unsent, events are held back, and past a bound
 * the oldest emotion events go, since in a live call the newest says most. `begin`, `gap` and `end` are few and tell what
 * the overlay must show, so they go last. What was dropped is told in the events' order, one `missed` for each unbroken run.
 *
 * The past is read from the journal in turns with the other sockets' replays, never faster than the reader takes it; live
 * events are left in the journal until the reader has caught up.
 */
export class EventOutbox {
  readonly #options: EventOutboxOptions;
  #held: Held[] = [];
  #past: JournalCursor | undefined;

  constructor(options: EventOutboxOptions) {
    this.#options = options;
  }

  get held(): number {
    return this.#held.length;
  }

  push(event: RoomEvent): void {
    if (this.#past) return;
    const { bufferedBytes, maxBufferedBytes, maxHeld, send } = this.#options;
    if (this.#held.length === 0 && bufferedBytes() <= maxBufferedBytes) return send(event);
    this.#held.push({ event });
    const live = this.#held.filter((held) => 'event' in held).length;
    const liveEmotions = this.#held.filter((held) => 'event' in held && held.event.type === 'emotion').length;
    if (liveEmotions > maxHeld) this.#drop((held) => held.type === 'emotion');
    else if (live > 2 * maxHeld) this.#drop(() => true);
  }

  /** Sends what the cursor reads, in turns, and then live events. One at a time: a second takes the place of the first. */
  replay(past: JournalCursor): void {
    this.clear();
    if (!past.behind) return;
    this.#past = past;
    this.#options.turns.ask(this.#turn);
  }

  /** To be called whenever bytes have left: sends on what was held as long as the socket takes it. */
  drained(): void {
    const { bufferedBytes, maxBufferedBytes, send, sendMissed, turns } = this.#options;
    if (this.#past) {
      if (bufferedBytes() <= REPLAY_BUFFERED_BYTES / 2) turns.ask(this.#turn);
      return;
    }
    // Waits for half the bound, so that a slow socket is not topped up event by event.
    if (this.#held.length === 0 || bufferedBytes() > maxBufferedBytes / 2) return;
    while (this.#held.length > 0 && bufferedBytes() <= maxBufferedBytes) {
      const next = this.#held.shift() as Held;
      if ('event' in next) send(next.event);
      else sendMissed({ ...next.missed, reason: 'slow-subscriber' });
    }
  }

  clear(): void {
    this.#held = [];
    this.#past = undefined;
    this.#options.turns.forget(this.#turn);
  }

  readonly #turn = (): void => {
    const { bufferedBytes, send, sendMissed, turns } = this.#options;
    for (let sent = 0; sent < EVENTS_PER_TURN; sent++) {
      // `drained` asks for the next turn.
      if (bufferedBytes() > REPLAY_BUFFERED_BYTES) return;
      const next = this.#past?.next();
      if (!next) {
        this.#past = undefined;
        return;
      }
      if ('event' in next) send(next.event);
      else sendMissed(next.missed);
    }
    if (this.#past) turns.ask(this.#turn);
  };

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
