import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoffDelay } from '../../client/lib/backoff.js';
import { SequenceTracker } from '../../client/lib/sequence.js';

it('every number is delivered once or told missing once, whatever is lost, repeated or announced', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('event' as const), skip: fc.integer({ min: -5, max: 4 }) }),
    fc.record({ kind: fc.constant('missed' as const), from: fc.integer({ min: -5, max: 3 }), length: fc.nat(5) }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1000 }), fc.array(step, { maxLength: 60 }), (since, steps) => {
      const tracker = new SequenceTracker(since);
      const accounted: number[] = [];
      const gap = (range: { fromSeq: number; toSeq: number } | null) => {
        for (let seq = range?.fromSeq ?? 1; range && seq <= range.toSeq; seq++) accounted.push(seq);
      };
      for (const s of steps) {
        const next = (tracker.lastSeq ?? 0) + 1;
        if (s.kind === 'event') {
          const seq = Math.max(1, next + s.skip);
          const { duplicate, missed } = tracker.event(seq);
          gap(missed);
          if (!duplicate) accounted.push(seq);
        } else {
          const from = Math.max(1, next + s.from);
          gap(tracker.missed(from, from + s.length, 'expired'));
        }
      }
      const last = tracker.lastSeq ?? since;
      expect(accounted).toEqual(Array.from({ length: last - since }, (_, index) => since + 1 + index));
    }),
  );
});

it('a delay of reconnection stays within its bounds, at any attempt', () => {
  const options = { initialMs: 100, maxMs: 3000 };
  fc.assert(
    fc.property(fc.nat(10_000), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, random) => {
      const delay = backoffDelay(attempt, random, options);
      expect(delay).toBeGreaterThanOrEqual(50);
      expect(delay).toBeLessThanOrEqual(3000);
      expect(backoffDelay(attempt + 1, random, options)).toBeGreaterThanOrEqual(delay);
    }),
  );
});
