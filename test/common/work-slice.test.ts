import { expect, test } from 'vitest';
import { WorkSlice } from '../../src/common/work-slice.js';

/** The thread waits, as one does that gets no processor. */
const wait = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

test('time without a processor is not taken from it', () => {
  const slice = new WorkSlice(20, 60_000);
  wait(50);
  expect(slice.isOver).toBe(false);
  const from = process.threadCpuUsage();
  while (!slice.isOver);
  const { user, system } = process.threadCpuUsage(from);
  expect((user + system) / 1000).toBeGreaterThan(5);
});

test('is over after the most of time, however little was done', () => {
  const slice = new WorkSlice(20, 40);
  wait(50);
  expect(slice.isOver).toBe(true);
});
