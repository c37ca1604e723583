import { expect, test } from 'vitest';
import { PathWatch } from '../../src/sfu/path-watch.js';

const start = (state: { paused?: boolean; connected?: boolean } = {}) =>
  new PathWatch({ paused: false, connected: true, nowMs: 0, ...state });

test('a track that never gets through is told after four seconds, by what its transport says', () => {
  const unconnected = start({ connected: false });
  expect(unconnected.problem(3999)).toBeNull();
  expect(unconnected.problem(4000)).toBe('not-connected');
  unconnected.connect(true);
  expect(unconnected.problem(4500)).toBe('no-packets');
  unconnected.count(1, 4600);
  expect(unconnected.problem(4600)).toBeNull();

  const silent = start();
  silent.count(0, 3000);
  expect(silent.deadlineMs).toBe(4000);
  expect(silent.problem(4000)).toBe('no-packets');
});

test('packets that stop are told a second after mediasoup calls the stream silent; while they come nobody counts', () => {
  const watch = start();
  expect(watch.deadlineMs).not.toBeNull();
  watch.score(true, 200);
  expect(watch.deadlineMs).toBeNull();
  expect(watch.problem(60_000)).toBeNull();
  watch.score(false, 60_000);
  expect(watch.deadlineMs).not.toBeNull();
  expect(watch.problem(60_999)).toBeNull();
  expect(watch.problem(61_000)).toBe('no-packets');
  watch.score(true, 70_000);
  expect(watch.problem(70_000)).toBeNull();
});

test('counted packets that stop are told within 4.5 s, counted every two seconds', () => {
  const watch = start();
  watch.count(10, 4000);
  watch.count(11, 6000);
  watch.count(11, 8000);
  expect(watch.problem(8000)).toBeNull();
  expect(watch.deadlineMs).toBe(8500);
  expect(watch.problem(8500)).toBe('no-packets');
});

test('a score of nothing is not believed while packets are counted: almost all may be lost', () => {
  const watch = start();
  watch.score(true, 200);
  watch.score(false, 10_000);
  for (let second = 0; second < 10; second++) {
    watch.count(100 + second, 10_500 + 1000 * second);
    expect(watch.problem(10_900 + 1000 * second)).toBeNull();
  }
  watch.count(109, 30_000);
  expect(watch.problem(30_000)).toBe('no-packets');
});

test('a paused track owes nothing, and has its time again when it resumes', () => {
  const watch = start({ paused: true, connected: false });
  expect(watch.problem(60_000)).toBeNull();
  watch.pause(false, 60_000);
  expect(watch.problem(63_999)).toBeNull();
  expect(watch.problem(64_000)).toBe('not-connected');
  watch.pause(true, 65_000);
  expect(watch.problem(65_000)).toBeNull();
});
