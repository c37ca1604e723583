import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Bulkhead } from '../../src/common/bulkhead.js';
import { RecordingMeter } from '../sfu/support/recording-meter.js';

function made(close?: () => void) {
  const meter = new RecordingMeter();
  const logged: unknown[] = [];
  const logger = { error: (line: unknown) => void logged.push(line) };
  return { meter, logged, bulkhead: new Bulkhead('room', { meter, logger, ...(close ? { close } : {}) }) };
}
const uncaught = ({ meter }: ReturnType<typeof made>, closed: string) =>
  meter.value('emostream_uncaught_total', { closed });
const boom = (): never => {
  throw new Error('boom');
};

test('a callback that throws closes its compartment and is counted', () => {
  let closed = 0;
  const subject = made(() => (closed += 1));
  subject.bulkhead.wrap(boom)();
  expect(closed).toBe(1);
  expect(uncaught(subject, 'room')).toBe(1);
  expect(subject.logged).toHaveLength(1);
});

test('so does one that rejects later', async () => {
  let closed = 0;
  const subject = made(() => (closed += 1));
  subject.bulkhead.wrap(async () => {
    await setImmediate();
    boom();
  })();
  await subject.meter.until(() => closed === 1);
  expect(uncaught(subject, 'room')).toBe(1);
});

test('closing that throws ends nowhere else', () => {
  const subject = made(boom);
  subject.bulkhead.wrap(boom)();
  expect(uncaught(subject, 'room')).toBe(1);
  expect(uncaught(subject, 'nothing')).toBe(1);
});

test('telling that throws ends nowhere else', () => {
  let closed = 0;
  const logger = { error: boom };
  const bulkhead = new Bulkhead('room', { meter: new RecordingMeter(), logger, close: () => (closed += 1) });
  bulkhead.wrap(boom)();
  expect(closed).toBe(1);
});

test('every step is done, whatever the others throw', () => {
  const done: number[] = [];
  const subject = made();
  subject.bulkhead.steps(
    () => done.push(1),
    boom,
    () => done.push(2),
    boom,
    () => done.push(3),
  );
  expect(done).toEqual([1, 2, 3]);
  expect(uncaught(subject, 'nothing')).toBe(2);
});

test('what a callback starts belongs to it', async () => {
  const { bulkhead } = made();
  const owners: unknown[] = [];
  bulkhead.wrap(async () => {
    await setImmediate();
    owners.push(Bulkhead.current());
    setTimeout(() => owners.push(Bulkhead.current()), 0);
  })();
  await expect.poll(() => owners).toEqual([bulkhead, bulkhead]);
  expect(Bulkhead.current()).toBeUndefined();
});
