import type { JournalCursor } from '../events/bus.js';
import type { EventRecord } from '../events/event-record.js';
import type { MissedRun } from '../events/room-journal.js';
import type { ReplayTurns } from './replay-turns.js';

/** Numbers that will not come on this socket, and why. */
export interface Missed extends Omit<MissedRun, 'reason'> {
  reason: MissedRun['reason'] | 'slow-subscriber';
}

export interface EventOutboxOptions {
  /** Unsent bytes past which events are held back. */
  maxBufferedBytes: number;
  /** Emotion events held back; past it the oldest is dropped. */
  maxHeld: number;
  bufferedBytes: () => number;
  /** Others are passed over. */
  wants: (event: EventRecord) => boolean;
  send: (event: EventRecord) => void;
  sendMissed: (missed: Missed) => void;
  onDrop: () => void;
  /** Shared by all sockets. */
  turns: ReplayTurns;
}

type Held = { event: EventRecord } | { missed: Missed };

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

  /** Nothing waits to be sent. */
  get idle(): boolean {
    return this.#held.length === 0 && this.#past === undefined;
  }

  push(event: EventRecord): void {
    if (this.#past || !this.#options.wants(event)) return;
    const { bufferedBytes, maxBufferedBytes, maxHeld, send } = this.#options;
    if (this.#held.length === 0 && bufferedBytes() <= maxBufferedBytes) return send(event);
    this.#held.push({ event });
    const live = this.#held.filter((held) => 'event' in held).length;
    const liveEmotions = this.#held.filter((held) => 'event' in held && held.event.type === 'emotion').length;
    if (liveEmotions > maxHeld) this.#drop((held) => held.type === 'emotion');
    else if (live > 2 * maxHeld) this.#drop(() => true);
  }

  /** Numbers that will not come, in their place among the events; the past says them by itself. */
  miss(missed: Missed): void {
    if (this.#past) return;
    if (this.#held.length > 0) this.#append(missed);
    else this.#options.sendMissed(missed);
  }

  /** Sends what the cursor reads, in turns, and then live events. One at a time: a second takes the place of the first. */
  replay(past: JournalCursor): void {
    this.clear();
    if (!past.behind) return;
    this.#past = past;
    this.#options.turns.ask(this.#turn);
  }

  /** What was forgotten meanwhile is not sent any more, and told in its place. The past is read from a journal that forgot it. */
  forget(isForgotten: (event: EventRecord) => boolean): void {
    const before = this.#held;
    this.#held = [];
    for (const held of before) {
      if ('missed' in held) this.#append(held.missed);
      else if (isForgotten(held.event)) this.#append(missing(held.event, 'forgotten'));
      else this.#held.push(held);
    }
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
      else sendMissed(next.missed);
    }
  }

  clear(): void {
    this.#held = [];
    this.#past = undefined;
    this.#options.turns.forget(this.#turn);
  }

  readonly #turn = (): void => {
    const { bufferedBytes, wants, send, sendMissed, turns } = this.#options;
    for (let sent = 0; sent < EVENTS_PER_TURN; sent++) {
      // `drained` asks for the next turn.
      if (bufferedBytes() > REPLAY_BUFFERED_BYTES) return;
      const next = this.#past?.next();
      if (!next) {
        this.#past = undefined;
        return;
      }
      if ('missed' in next) sendMissed(next.missed);
      else if (wants(next.event)) send(next.event);
    }
    if (this.#past) turns.ask(this.#turn);
  };

  #drop(droppable: (event: EventRecord) => boolean): void {
    const index = this.#held.findIndex((held) => 'event' in held && droppable(held.event));
    const held = this.#held[index];
    if (!held || !('event' in held)) return;
    const after = this.#held.splice(index).slice(1);
    this.#append(missing(held.event, 'slow-subscriber'));
    const next = after[0];
    if (next && 'missed' in next) {
      after.shift();
      this.#append(next.missed);
    }
    this.#held.push(...after);
    this.#options.onDrop();
  }

  /** Joins a run to the one before it where they touch, so that there is one at most between two events. */
  #append(missed: Missed): void {
    const last = this.#held.at(-1);
    const joined = last && 'missed' in last ? join(last.missed, missed) : null;
    if (joined) this.#held.pop();
    this.#held.push({ missed: joined ?? missed });
  }
}

const missing = ({ epoch, seq }: EventRecord, reason: Missed['reason']): Missed => ({
  epoch,
  fromSeq: seq,
  toSeq: seq,
  reason,
});

/** Two runs as one; of different reasons only where one was held back for slowness, which then is true of both. */
function join(before: Missed, after: Missed): Missed | null {
  if (before.epoch !== after.epoch || before.toSeq === null || before.toSeq + 1 !== after.fromSeq) return null;
  const slow = [before.reason, after.reason].includes('slow-subscriber');
  if (before.reason !== after.reason && !slow) return null;
  return { ...before, toSeq: after.toSeq, reason: slow ? 'slow-subscriber' : before.reason };
}
