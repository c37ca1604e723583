import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyFrameGate } from '../../src/sfu/key-frame-gate.js';

function gate(intervalMs = 1000) {
  let now = 0;
  let timer: { at: number; task: () => void } | undefined;
  const requests: number[] = [];
  const subject = new KeyFrameGate({
    intervalMs,
    clock: () => now,
    request: () => requests.push(now),
    schedule: (delayMs, task) => {
      timer = { at: now + delayMs, task };
      return () => (timer = undefined);
    },
  });
  const moveTo = (ms: number) => {
    if (timer && timer.at <= ms) {
      const { at, task } = timer;
      timer = undefined;
      now = at;
      task();
    }
    now = ms;
  };
  return { subject, requests, moveTo, hasTimer: () => timer !== undefined };
}

test('the first request goes out at once, later ones of the interval become one at its end', () => {
  const { subject, requests, moveTo } = gate();
  for (const ms of [0, 10, 500, 999]) {
    moveTo(ms);
    subject.ask();
  }
  moveTo(5000);
  expect(requests).toEqual([0, 1000]);
});

test('whatever is asked, requests are never closer than the interval, and none is forgotten', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1 }), (gaps) => {
      const { subject, requests, moveTo } = gate();
      let now = 0;
      for (const gap of gaps) {
        now += gap;
        moveTo(now);
        subject.ask();
      }
      moveTo(now + 1000);
      const distances = requests.slice(1).map((ms, index) => ms - (requests[index] as number));
      for (const distance of distances) expect(distance).toBeGreaterThanOrEqual(1000);
      // The last asking is answered, at the latest an interval after it.
      expect(requests.at(-1)).toBeGreaterThanOrEqual(now);
    }),
  );
});

test('closed, it asks nobody and leaves no timer', () => {
  const { subject, requests, moveTo, hasTimer } = gate();
  subject.ask();
  subject.ask();
  expect(hasTimer()).toBe(true);
  subject.close();
  expect(hasTimer()).toBe(false);
  subject.ask();
  moveTo(10_000);
  expect(requests).toEqual([0]);
});
