import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FairShare } from '../../src/analysis/fair-share.js';

const takeAll = (share: FairShare, key: number, most = Infinity) => {
  let taken = 0;
  while (taken < most && share.take(key)) taken += 1;
  return taken;
};

describe('places on the way to a thread', () => {
  test('a flood takes a fifth of them, and everybody else still has theirs', () => {
    const share = new FairShare(4000);
    expect(takeAll(share, 1)).toBe(800);
    for (let key = 2; key < 20; key++) expect(takeAll(share, key, 100)).toBe(100);
  });

  test('five floods leave places for those who have little under way', () => {
    const share = new FairShare(4000);
    for (let round = 0; round < 10; round++) for (let key = 0; key < 5; key++) takeAll(share, key);
    expect(share.total).toBeLessThan(4000);
    expect(takeAll(share, 99, 50)).toBe(50);
  });

  test('what is handled makes room, batch by batch in the order of sending', () => {
    const share = new FairShare(40);
    expect(takeAll(share, 1)).toBe(8);
    share.sent();
    takeAll(share, 2, 2);
    share.sent();
    share.handled();
    expect(share.total).toBe(2);
    expect(takeAll(share, 1)).toBe(8);
    share.sent();
    share.handled();
    share.handled();
    expect(share.total).toBe(0);
    // One message too many is no harm.
    share.handled();
    expect(share.total).toBe(0);
  });

  test('never holds more than its capacity, and ends empty', () => {
    const action = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom('sent' as const, 'handled' as const));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.array(action, { maxLength: 300 }), (capacity, actions) => {
        const share = new FairShare(capacity);
        let batches = 0;
        for (const step of actions) {
          if (typeof step === 'number') share.take(step);
          else if (step === 'sent') {
            share.sent();
            batches += 1;
          } else if (batches > 0) {
            share.handled();
            batches -= 1;
          }
          expect(share.total).toBeLessThanOrEqual(capacity);
        }
        share.sent();
        for (; batches >= 0; batches--) share.handled();
        expect(share.total).toBe(0);
      }),
    );
  });
});
