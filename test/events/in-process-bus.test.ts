import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InProcessBus } from '../../src/events/in-process-bus.js';
import type { RoomEvent } from '../../src/events/schema.js';

const end = (room: string, participant = 'p') => ({ type: 'end', room, participant, at: 0, reason: 'left' }) as const;

describe('event bus', () => {
  it('numbers each room from 1 without holes', () => {
    const bus = new InProcessBus({ journalSize: 10, maxRooms: 10 });
    const seen: number[] = [];
    bus.subscribe('a', undefined, (event) => seen.push(event.seq));
    for (let i = 0; i < 5; i++) {
      bus.publish(end('a'));
      bus.publish(end('b'));
    }
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  it('replays after sinceSeq, then goes on live, and tells what is no longer held', () => {
    const bus = new InProcessBus({ journalSize: 3, maxRooms: 10 });
    for (let i = 0; i < 8; i++) bus.publish(end('a'));
    const seen: number[] = [];
    const subscription = bus.subscribe('a', 2, (event) => seen.push(event.seq));
    expect(subscription.missed).toEqual({ fromSeq: 3, toSeq: 5 });
    expect(seen).toEqual([6, 7, 8]);
    bus.publish(end('a'));
    expect(seen).toEqual([6, 7, 8, 9]);
    subscription.close();
    bus.publish(end('a'));
    expect(seen).toEqual([6, 7, 8, 9]);
  });

  it('gives every subscriber that resumes anywhere each event once, or names it as missed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 0, max: 20 }),
        fc.nat({ max: 60 }),
        (journalSize, before, after, sinceSeq) => {
          const bus = new InProcessBus({ journalSize, maxRooms: 2 });
          for (let i = 0; i < before; i++) bus.publish(end('a'));
          const seen: number[] = [];
          const since = Math.min(sinceSeq, before);
          const { missed } = bus.subscribe('a', since, (event: RoomEvent) => seen.push(event.seq));
          for (let i = 0; i < after; i++) bus.publish(end('a'));
          const lost = missed ? range(missed.fromSeq, missed.toSeq) : [];
          expect([...lost, ...seen]).toEqual(range(since + 1, before + after));
          expect(seen.length).toBeLessThanOrEqual(journalSize + after);
        },
      ),
    );
  });

  it('keeps a bounded number of rooms and never forgets one with subscribers', () => {
    const bus = new InProcessBus({ journalSize: 3, maxRooms: 5 });
    const seen: number[] = [];
    bus.subscribe('watched', undefined, (event) => seen.push(event.seq));
    for (let i = 0; i < 50; i++) bus.publish(end(`room-${String(i)}`));
    expect(bus.rooms).toBeLessThanOrEqual(5);
    bus.publish(end('watched'));
    expect(seen).toEqual([1]);
  });
});

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}
