import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RoomEvent } from '../../src/events/schema.js';
import { EventOutbox } from '../../src/server/event-outbox.js';
import { emotionEvent } from './support/emotion-event.js';
import { gapEvent } from './support/test-server.js';

const MAX_HELD = 4;
const MAX_BYTES = 10;

/** A socket whose buffer grows by one byte for each message and drains on command. */
function outbox() {
  const sent: (number | [number, number])[] = [];
  let buffered = 0;
  let drops = 0;
  const subject = new EventOutbox({
    maxBufferedBytes: MAX_BYTES,
    maxHeld: MAX_HELD,
    bufferedBytes: () => buffered,
    send: (event) => {
      sent.push(event.seq);
      buffered += 1;
    },
    sendMissed: ({ fromSeq, toSeq }) => {
      sent.push([fromSeq, toSeq]);
      buffered += 1;
    },
    onDrop: () => (drops += 1),
  });
  const drain = (bytes: number) => {
    buffered = Math.max(0, buffered - bytes);
    subject.drained();
  };
  return { subject, sent, drain, drops: () => drops };
}

const event = (seq: number, type: 'emotion' | 'gap' = 'emotion'): RoomEvent =>
  ({ ...(type === 'emotion' ? emotionEvent(seq) : gapEvent()), seq }) as RoomEvent;

test('while the socket takes it, everything goes out at once', () => {
  const { subject, sent } = outbox();
  for (let seq = 1; seq <= 5; seq++) subject.push(event(seq));
  expect(sent).toEqual([1, 2, 3, 4, 5]);
});

test('the oldest emotion events go first, told as one run; begin, gap and end stay', () => {
  const { subject, sent, drain, drops } = outbox();
  for (let seq = 1; seq <= 11; seq++) subject.push(event(seq));
  for (let seq = 12; seq <= 14; seq++) subject.push(event(seq));
  subject.push(event(15, 'gap'));
  for (let seq = 16; seq <= 22; seq++) subject.push(event(seq));
  drain(100);
  expect(sent.slice(11)).toEqual([[12, 14], 15, [16, 18], 19, 20, 21, 22]);
  expect(drops()).toBe(6);
});

test('a journal replayed is not conflated away by its own length', () => {
  const { subject, sent, drain, drops } = outbox();
  subject.replay(Array.from({ length: 50 }, (_, index) => event(index + 1)));
  for (let n = 0; n < 20; n++) drain(MAX_BYTES);
  expect(sent).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  expect(drops()).toBe(0);
});

test('whatever the socket does, each seq is sent or told missed, once, in order, and little is held', () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('emotion' as const, 'emotion' as const, 'gap' as const) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 15 }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const { subject, sent, drain, drops } = outbox();
      let seq = 0;
      for (const action of steps) {
        if (typeof action === 'number') drain(action);
        else subject.push(event(++seq, action));
        // Held events and, between any two of them, one note of what was missed.
        expect(subject.held).toBeLessThanOrEqual(2 * (2 * MAX_HELD + 1));
      }
      for (let n = 0; n < 50; n++) drain(MAX_BYTES);
      const told = sent.flatMap((item) =>
        typeof item === 'number'
          ? [item]
          : Array.from({ length: item[1] - item[0] + 1 }, (_, index) => item[0] + index),
      );
      expect(told).toEqual(Array.from({ length: seq }, (_, index) => index + 1));
      expect(told.length - sent.filter((item) => typeof item === 'number').length).toBe(drops());
    }),
  );
});
