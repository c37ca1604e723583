import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batcher, type BatcherDrop, type BatcherOptions } from '../../src/inference/batcher.js';

interface Item {
  room: string;
  participant: string;
  closedMs: number;
  n: number;
}

const OPTIONS: BatcherOptions = { maxBatch: 4, maxQueueDelay: 10, deadline: 1000, capacity: 100 };

function batcher(options: Partial<BatcherOptions> = {}) {
  const dropped: { item: Item; reason: BatcherDrop }[] = [];
  const b = new Batcher<Item>({ ...OPTIONS, ...options }, (item, reason) => dropped.push({ item, reason }));
  let n = 0;
  const push = (room: string, now: number, closedMs = now, participant = 'p'): void =>
    b.push({ room, participant, closedMs, n: n++ }, now);
  return { b, dropped, push };
}
const names = (items: Item[]) => items.map((i) => `${i.room}${i.n}`);

describe('Batcher', () => {
  it('waits for a batch to fill, but no longer than maxQueueDelay', () => {
    const { b, push } = batcher();
    expect(b.nextDue(0)).toBeNull();
    push('a', 100);
    push('a', 105);
    expect(b.take(109)).toEqual([]);
    expect(b.nextDue(109)).toBe(110);
    expect(names(b.take(110))).toEqual(['a0', 'a1']);
    expect([b.size, b.nextDue(110)]).toEqual([0, null]);
  });

  it('gives a full batch at once and keeps the rest', () => {
    const { b, push } = batcher();
    for (let i = 0; i < 6; i++) push('a', 100);
    expect(b.nextDue(100)).toBe(100);
    expect(names(b.take(100))).toEqual(['a0', 'a1', 'a2', 'a3']);
    expect(b.take(100)).toEqual([]);
    expect(names(b.take(110))).toEqual(['a4', 'a5']);
  });

  it('lets rooms take turns, across batches too', () => {
    const { b, push } = batcher({ maxBatch: 3 });
    for (let i = 0; i < 6; i++) push('a', 0); // a0..a5
    push('b', 0);
    push('c', 0);
    push('b', 0);
    expect(names(b.take(0))).toEqual(['a0', 'b6', 'c7']);
    expect(names(b.take(0))).toEqual(['a1', 'b8', 'a2']);
    expect(names(b.take(0))).toEqual(['a3', 'a4', 'a5']);
  });

  it('drops what is past its deadline, and nothing sooner', () => {
    const { b, dropped, push } = batcher({ maxQueueDelay: 5000 });
    push('a', 100, 50);
    push('b', 100, 60);
    expect(b.take(1050)).toEqual([]);
    expect(dropped).toEqual([]);
    b.take(1051);
    expect(dropped.map((d) => [d.item.room, d.reason])).toEqual([['a', 'deadline']]);
    expect(b.size).toBe(1);
  });

  it('drops the oldest of the room with most waiting at the bound', () => {
    const { b, dropped, push } = batcher({ capacity: 4, maxBatch: 9 });
    push('small', 0);
    for (let i = 0; i < 5; i++) push('large', 1);
    expect(dropped.map((d) => [d.item.room, d.item.n, d.reason])).toEqual([
      ['large', 1, 'overflow'],
      ['large', 2, 'overflow'],
    ]);
    expect(names(b.take(20))).toEqual(['small0', 'large3', 'large4', 'large5']);
  });

  it('gives back what is removed and keeps the turns of the others', () => {
    const { b, dropped, push } = batcher();
    push('a', 0, 0, 'x');
    push('b', 0, 0, 'y');
    push('a', 0, 0, 'z');
    expect(names(b.remove((i) => i.participant === 'x'))).toEqual(['a0']);
    expect(names(b.take(10))).toEqual(['a2', 'b1']);
    expect(dropped).toEqual([]);
  });
});

/** A call under random load: pushes and takes at rising times. */
const load = fc.array(
  fc.record({
    wait: fc.integer({ min: 0, max: 40 }),
    room: fc.integer({ min: 0, max: 4 }),
    participant: fc.integer({ min: 0, max: 3 }),
    /** How long before its submission the window closed. */
    age: fc.integer({ min: 0, max: 120 }),
    take: fc.boolean(),
  }),
  { maxLength: 200 },
);
const settings = fc.record({
  maxBatch: fc.integer({ min: 1, max: 8 }),
  maxQueueDelay: fc.integer({ min: 0, max: 50 }),
  deadline: fc.integer({ min: 1, max: 150 }),
  capacity: fc.integer({ min: 1, max: 20 }),
});

describe('Batcher, under any load', () => {
  it('loses nothing uncounted, repeats nothing, keeps each participant’s order, the deadline and the bounds', () => {
    fc.assert(
      fc.property(settings, load, (options, steps) => {
        const dropped: { item: Item; reason: BatcherDrop; at: number; waiting: number }[] = [];
        const b: Batcher<Item> = new Batcher<Item>(options, (item, reason) =>
          dropped.push({ item, reason, at: now, waiting: b.size }),
        );
        const out: { item: Item; at: number }[] = [];
        let now = 0;
        let pushed = 0;
        const take = () => {
          const batch = b.take(now);
          expect(batch.length).toBeLessThanOrEqual(options.maxBatch);
          out.push(...batch.map((item) => ({ item, at: now })));
          return batch.length;
        };
        for (const step of steps) {
          now += step.wait;
          const who = { room: `r${step.room}`, participant: `p${step.participant}` };
          b.push({ ...who, closedMs: now - step.age, n: pushed++ }, now);
          expect(b.size).toBeLessThanOrEqual(options.capacity);
          if (step.take) take();
        }
        now += 1000; // every deadline is over
        while (take() > 0);
        expect(b.size).toBe(0);
        const seen = [...out.map((o) => o.item.n), ...dropped.map((d) => d.item.n)].sort((x, y) => x - y);
        expect(seen).toEqual(Array.from({ length: pushed }, (_, i) => i));
        for (const { item, at } of out) expect(at).toBeLessThanOrEqual(item.closedMs + options.deadline);
        // Nothing is dropped without need: as it happens, the deadline is over or the queue is full.
        for (const { item, reason, at, waiting } of dropped) {
          if (reason === 'deadline') expect(at).toBeGreaterThan(item.closedMs + options.deadline);
          else expect(waiting).toBe(options.capacity - 1);
        }
        const last = new Map<string, number>();
        for (const { item } of out) {
          const who = `${item.room}/${item.participant}`;
          expect(item.n).toBeGreaterThan(last.get(who) ?? -1);
          last.set(who, item.n);
        }
      }),
    );
  });

  it('never starves a room: what waits in k rooms has its first items out within ceil(k / maxBatch) batches', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 10 }),
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 30 }),
        (sizes, maxBatch, arrivals) => {
          const { b, push } = batcher({ maxBatch, maxQueueDelay: 0, capacity: 10_000 });
          sizes.forEach((size, room) => {
            for (let i = 0; i < size; i++) push(`r${room}`, 0);
          });
          const served = new Set<string>();
          for (let i = 0; i < Math.ceil(sizes.length / maxBatch); i++) {
            for (const item of b.take(0)) served.add(item.room);
            // Others go on submitting meanwhile, into rooms that already wait.
            for (const room of arrivals) push(`r${room % sizes.length}`, 0);
          }
          expect(served.size).toBe(sizes.length);
        },
      ),
    );
  });

  it('has something to give or to drop at nextDue, which is when the oldest of all rooms has waited long enough', () => {
    fc.assert(
      fc.property(
        settings,
        fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 3 })), {
          minLength: 1,
          maxLength: 30,
        }),
        (options, steps) => {
          const { b, dropped, push } = batcher(options);
          let now = 0;
          const since = steps.map(([wait, room]) => {
            now += wait;
            push(`r${room}`, now);
            return now;
          });
          const gone = new Set(dropped.map(({ item }) => item.n));
          const oldest = Math.min(...since.filter((_, n) => !gone.has(n)));
          const full = b.size >= options.maxBatch;
          expect(b.nextDue(now)).toBe(full ? now : oldest + options.maxQueueDelay);
          const due = Math.max(now, b.nextDue(now)!);
          expect(b.take(due).length + dropped.length - gone.size).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('takes from no room at the bound while another has more waiting', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 60 }),
        (capacity, rooms) => {
          const { b, dropped, push } = batcher({ capacity, maxBatch: 100 });
          const waiting = new Map<string, number>();
          for (const room of rooms.map((n) => `r${n}`)) {
            const before = dropped.length;
            push(room, 0);
            for (const { item } of dropped.slice(before)) {
              expect(waiting.get(item.room)).toBe(Math.max(...waiting.values()));
              waiting.set(item.room, waiting.get(item.room)! - 1);
            }
            waiting.set(room, (waiting.get(room) ?? 0) + 1);
          }
          expect(b.size).toBe(Math.min(capacity, rooms.length));
        },
      ),
    );
  });
});
