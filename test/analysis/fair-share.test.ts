import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FairShare } from '../../src/analysis/child/fair-share.js';

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

  test('what is handled makes room', () => {
    const share = new FairShare(40);
    expect(takeAll(share, 1)).toBe(8);
    expect(share.take(1)).toBe(false);
    share.release(1);
    expect(share.take(1)).toBe(true);
    expect(share.total).toBe(8);
  });

  test('never holds more than its capacity, and ends empty', () => {
    const action = fc.record({ key: fc.integer({ min: 0, max: 5 }), take: fc.boolean() });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.array(action, { maxLength: 300 }), (capacity, actions) => {
        const share = new FairShare(capacity);
        const held: number[] = [];
        for (const { key, take } of actions) {
          if (take && share.take(key)) held.push(key);
          else if (!take && held.length > 0) share.release(held.shift()!);
          expect(share.total).toBe(held.length);
          expect(share.total).toBeLessThanOrEqual(capacity);
        }
        for (const key of held) share.release(key);
        expect(share.total).toBe(0);
      }),
    );
  });
});
