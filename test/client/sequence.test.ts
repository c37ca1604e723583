import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoffDelay } from '../../client/lib/backoff.js';
import { type Missed, SequenceTracker } from '../../client/lib/sequence.js';

it('every number of every numbering is delivered once or told missing once, whatever is lost, repeated or announced', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('event' as const), skip: fc.integer({ min: -5, max: 4 }) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('missed' as const),
        from: fc.integer({ min: -5, max: 3 }),
        length: fc.nat(5),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'epoch' as const }) },
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1000 }), fc.array(step, { maxLength: 60 }), (since, steps) => {
      let epoch = 0;
      const tracker = new SequenceTracker({ sinceSeq: since, epoch: '0' });
      const accounted: number[][] = [[]];
      const account = (missed: Missed | null) => {
        for (let seq = missed?.fromSeq ?? 1; missed && seq <= (missed.toSeq ?? 0); seq++) {
          accounted[Number(missed.epoch)]!.push(seq);
        }
      };
      /** The newest number told of each numbering. */
      const newest = [since];
      for (const s of steps) {
        if (s.kind === 'epoch') {
          epoch += 1;
          accounted.push([]);
          newest.push(0);
          continue;
        }
        const next = newest[epoch]! + 1;
        if (s.kind === 'event') {
          const seq = Math.max(1, next + s.skip);
          const { duplicate, missed } = tracker.event(String(epoch), seq);
          account(missed);
          if (!duplicate) accounted[epoch]!.push(seq);
          newest[epoch] = Math.max(newest[epoch]!, seq);
        } else {
          const from = Math.max(1, next + s.from);
          account(tracker.missed({ epoch: String(epoch), fromSeq: from, toSeq: from + s.length, reason: 'expired' }));
          newest[epoch] = Math.max(newest[epoch]!, from + s.length);
        }
      }
      newest.forEach((last, number) => {
        const first = number === 0 ? since : 0;
        expect(accounted[number]).toEqual(Array.from({ length: last - first }, (_, index) => first + 1 + index));
      });
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
