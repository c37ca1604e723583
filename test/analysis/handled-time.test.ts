import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HandledTime } from '../../src/analysis/child/handled-time.js';

const T0 = 1_000_000;

function setUp() {
  const settled: number[] = [];
  let now = T0;
  const handled = new HandledTime(T0, () => settled.push(now));
  const look = (ms: number, waiting: number) => {
    now = T0 + ms;
    handled.look(now, waiting);
    return handled.ms - T0;
  };
  return { look, settled };
}

test('in the usual course of things all is handled, though packets wait at each look', () => {
  const { look, settled } = setUp();
  for (let ms = 20; ms < 1000; ms += 20) expect(look(ms, ms % 60 === 0 ? 0 : 5)).toBe(ms);
  expect(settled).toEqual([]);
});

test('after the process stood still, nothing is over that came meanwhile until it is handled and settled', () => {
  const { look, settled } = setUp();
  look(20, 0);
  expect(look(900, 30)).toBe(20);
  expect(look(920, 12)).toBe(20);
  expect(settled).toEqual([]);
  expect(look(940, 0)).toBe(940);
  expect(settled).toEqual([T0 + 940]);
});

test('what waits for longer than anything is waited for holds nothing back', () => {
  const { look } = setUp();
  look(20, 0);
  expect(look(10_000, 1)).toBe(8000);
});

test('never goes back, is never ahead, and never more than two seconds behind', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3000), fc.nat(2))), (looks) => {
      const { look } = setUp();
      let [ms, before] = [0, 0];
      for (const [later, waiting] of looks) {
        ms += later;
        const handled = look(ms, waiting);
        expect(handled).toBeGreaterThanOrEqual(before);
        expect(handled).toBeLessThanOrEqual(ms);
        expect(handled).toBeGreaterThanOrEqual(ms - 2000);
        before = handled;
      }
    }),
  );
});
