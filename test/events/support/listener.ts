import type { EventBus, JournalCursor, ResumePoint } from '../../../src/events/bus.js';
import { eventRecord } from '../../../src/events/event-record.js';
import type { JournalItem, MissedRun } from '../../../src/events/room-journal.js';

/** A subscriber that takes everything at once: what it was sent, in order. */
export class Listener {
  readonly got: JournalItem[] = [];
  readonly ended: { epoch: string; fromSeq: number } | null;
  readonly epoch: string;
  readonly lastSeq: number;
  readonly close: () => void;

  constructor(bus: EventBus, room: string, from?: ResumePoint) {
    const subscription = bus.subscribe(
      room,
      (event) => this.got.push({ event: eventRecord(event) }),
      undefined,
      (missed) => this.got.push({ missed }),
    );
    this.epoch = subscription.epoch;
    this.lastSeq = subscription.lastSeq;
    this.close = () => subscription.close();
    const { cursor, ended } = subscription.read(from);
    this.ended = ended;
    this.got.push(...readAll(cursor));
  }

  get seqs(): number[] {
    return this.got.flatMap((item) => ('event' in item ? [item.event.seq] : []));
  }

  get missed(): Omit<MissedRun, 'epoch'>[] {
    return this.got.flatMap((item) => {
      if ('event' in item) return [];
      const { fromSeq, toSeq, reason } = item.missed;
      return [{ fromSeq, toSeq, reason }];
    });
  }
}

export function readAll(cursor: JournalCursor): JournalItem[] {
  const items: JournalItem[] = [];
  for (let next = cursor.next(); next; next = cursor.next()) items.push(next);
  return items;
}

/** Every number told of, come or missed, in order. */
export const told = (items: readonly JournalItem[]): number[] =>
  items.flatMap((item) =>
    'event' in item
      ? [item.event.seq]
      : Array.from(
          { length: (item.missed.toSeq ?? item.missed.fromSeq - 1) - item.missed.fromSeq + 1 },
          (_, i) => item.missed.fromSeq + i,
        ),
  );
