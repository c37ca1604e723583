import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InProcessBus } from '../../src/events/in-process-bus.js';
import type { JournalCursor } from '../../src/events/bus.js';

const end = (room: string, participant = 'p') => ({ type: 'end', room, participant, at: 0, reason: 'left' }) as const;

describe('event bus', () => {
  it('numbers each room from 1 without holes', () => {
    const bus = new InProcessBus({ journalSize: 10, maxRooms: 10 });
    const seen: number[] = [];
    bus.subscribe('a', (event) => seen.push(event.seq));
    for (let i = 0; i < 5; i++) {
      bus.publish(end('a'));
      bus.publish(end('b'));
    }
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  it('reads on from a seq to the newest event, and tells what is no longer held', () => {
    const bus = new InProcessBus({ journalSize: 3, maxRooms: 10 });
    for (let i = 0; i < 8; i++) bus.publish(end('a'));
    const live: number[] = [];
    const subscription = bus.subscribe('a', (event) => live.push(event.seq));
    const cursor = subscription.read(2);
    expect(bus.held('a', 2)).toBe(3);
    expect(cursor.next()).toEqual({ missed: { fromSeq: 3, toSeq: 5, reason: 'expired' } });
    expect(readAll(cursor)).toEqual([6, 7, 8]);
    expect(cursor.behind).toBe(false);
    bus.publish(end('a'));
    expect(cursor.behind).toBe(true);
    expect(readAll(cursor)).toEqual([9]);
    subscription.close();
    bus.publish(end('a'));
    expect(live).toEqual([9]);
  });

  it('gives a reader each event once, or names it as missed, however the journal moves on meanwhile', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 0, max: 40 }),
        fc.nat({ max: 60 }),
        fc.array(fc.boolean(), { maxLength: 60 }),
        (journalSize, before, sinceSeq, steps) => {
          const bus = new InProcessBus({ journalSize, maxRooms: 2 });
          for (let i = 0; i < before; i++) bus.publish(end('a'));
          const since = Math.min(sinceSeq, before);
          const cursor = bus.subscribe('a', () => undefined).read(since);
          const told: number[] = [];
          let published = before;
          const step = () => {
            const next = cursor.next();
            if (next)
              told.push(...('event' in next ? [next.event.seq] : range(next.missed.fromSeq, next.missed.toSeq)));
          };
          for (const publish of steps) {
            if (!publish) step();
            else published = bus.publish(end('a')).seq;
          }
          while (cursor.behind) step();
          expect(told).toEqual(range(since + 1, published));
        },
      ),
    );
  });

  it('keeps a bounded number of rooms and never forgets one with subscribers', () => {
    const bus = new InProcessBus({ journalSize: 3, maxRooms: 5 });
    const seen: number[] = [];
    bus.subscribe('watched', (event) => seen.push(event.seq));
    for (let i = 0; i < 50; i++) bus.publish(end(`room-${String(i)}`));
    expect(bus.rooms).toBeLessThanOrEqual(5);
    bus.publish(end('watched'));
    expect(seen).toEqual([1]);
  });
});

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}

function readAll(cursor: JournalCursor): number[] {
  const seqs: number[] = [];
  for (let next = cursor.next(); next; next = cursor.next()) if ('event' in next) seqs.push(next.event.seq);
  return seqs;
}
