import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type EventRecord, eventRecord } from '../../src/events/event-record.js';
import { InProcessBus } from '../../src/events/in-process-bus.js';
import { EventOutbox } from '../../src/server/event-outbox.js';
import type { ReplayTurns } from '../../src/server/replay-turns.js';
import { gapEvent } from './support/test-server.js';

const MAX_HELD = 4;
const MAX_BYTES = 10;

/** A socket whose buffer grows by so many bytes for each event and drains on command. */
function outbox(bytesPerEvent = 1) {
  const sent: (number | [number, number])[] = [];
  const reasons: string[] = [];
  let buffered = 0;
  let drops = 0;
  const turns = new Set<() => void>();
  const subject = new EventOutbox({
    maxBufferedBytes: MAX_BYTES,
    maxHeld: MAX_HELD,
    bufferedBytes: () => buffered,
    wants: ({ participant }) => participant !== 'unwanted',
    send: (event) => {
      sent.push(event.seq);
      buffered += bytesPerEvent;
    },
    sendMissed: ({ fromSeq, toSeq, reason }) => {
      sent.push([fromSeq, toSeq ?? fromSeq]);
      reasons.push(reason);
      buffered += 1;
    },
    onDrop: () => (drops += 1),
    turns: {
      ask: (turn: () => void) => turns.add(turn),
      forget: (turn: () => void) => turns.delete(turn),
    } as unknown as ReplayTurns,
  });
  const turn = () => {
    const [next] = turns;
    if (next) turns.delete(next);
    next?.();
  };
  const drain = (bytes: number) => {
    buffered = Math.max(0, buffered - bytes);
    subject.drained();
  };
  return { subject, sent, reasons, drain, drops: () => drops, turn, turns };
}

const event = (seq: number, type: 'emotion' | 'gap' = 'emotion', participant = 'p'): EventRecord => ({
  epoch: 'e',
  seq,
  type,
  participant,
  second: seq,
  text: '',
});

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

/** A room's journal with `count` events, to which more may be published. */
function journal(count: number, journalSize = 1000) {
  const bus = new InProcessBus({ journalSize, maxRooms: 1 });
  const publish = () => eventRecord(bus.publish(gapEvent()));
  for (let n = 0; n < count; n++) publish();
  return { publish, read: () => bus.subscribe('room', () => undefined).read({ sinceSeq: 0 }).cursor };
}

test('the past is sent in short turns, and live events that come meanwhile wait in the journal', () => {
  const { subject, sent, drain, turn, turns } = outbox();
  const { publish, read } = journal(100);
  subject.replay(read());
  expect(sent).toEqual([]);
  turn();
  expect(sent.length).toBe(32);
  subject.push(publish());
  expect(subject.held).toBe(0);
  for (let n = 0; n < 10; n++) turn();
  expect(turns.size).toBe(0);
  drain(Infinity);
  subject.push(publish());
  expect(sent).toEqual(Array.from({ length: 102 }, (_, index) => index + 1));
});

test('a reader that does not read is given no turn and holds nothing; what the journal lost meanwhile is told', () => {
  const { subject, sent, drain, turn, turns } = outbox(2000);
  const { publish, read } = journal(1000);
  subject.replay(read());
  while (turns.size > 0) turn();
  const before = sent.length;
  expect(before).toBeLessThan(1000);
  for (let n = 0; n < 1000; n++) subject.push(publish());
  expect(subject.held).toBe(0);
  drain(Infinity);
  while (turns.size > 0) {
    turn();
    drain(Infinity);
  }
  expect(sent[before]).toEqual([before + 1, 1000]);
  expect(sent.slice(before + 1)).toEqual(Array.from({ length: 1000 }, (_, index) => 1001 + index));
});

test('one replay at a time: a second takes the place of the first, and clearing ends it', () => {
  const { subject, sent, turn, turns } = outbox();
  const { read } = journal(40);
  subject.replay(read());
  turn();
  subject.replay(read());
  expect(turns.size).toBe(1);
  turn();
  expect(sent).toEqual([...sent.slice(0, 32), ...sent.slice(0, 32)]);
  subject.clear();
  expect(turns.size).toBe(0);
});

test('what is forgotten while it waits is not sent, and told in its place', () => {
  const { subject, sent, drain, reasons } = outbox();
  for (let seq = 1; seq <= 11; seq++) subject.push(event(seq));
  subject.push(event(12, 'emotion', 'q'));
  subject.push(event(13, 'gap', 'q'));
  subject.push(event(14));
  subject.forget(({ participant }) => participant === 'q');
  drain(100);
  expect(sent.slice(11)).toEqual([[12, 13], 14]);
  expect(reasons).toEqual(['forgotten']);
});

test('whatever the socket does, each seq is sent or told missed, once, in order, and little is held', () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('emotion' as const, 'emotion' as const, 'gap' as const) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 15 }) },
    { weight: 1, arbitrary: fc.constant('forget' as const) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const { subject, sent, drain, drops } = outbox();
      let seq = 0;
      /** Nothing of `q` up to this number may be sent any more. */
      let forgottenTo = 0;
      let checked = 0;
      const check = () => {
        for (const item of sent.slice(checked)) {
          if (typeof item === 'number' && item % 3 === 0) expect(item).toBeGreaterThan(forgottenTo);
        }
        checked = sent.length;
      };
      for (const action of steps) {
        if (typeof action === 'number') drain(action);
        else if (action === 'forget') {
          subject.forget(({ participant }) => participant === 'q');
          forgottenTo = seq;
        } else subject.push(event(++seq, action, (seq + 1) % 3 === 0 ? 'q' : 'p'));
        check();
        // Held events and, between any two of them, one note of what was missed.
        expect(subject.held).toBeLessThanOrEqual(2 * (2 * MAX_HELD + 1));
      }
      for (let n = 0; n < 50; n++) drain(MAX_BYTES);
      check();
      const told = sent.flatMap((item) =>
        typeof item === 'number'
          ? [item]
          : Array.from({ length: item[1] - item[0] + 1 }, (_, index) => item[0] + index),
      );
      expect(told).toEqual(Array.from({ length: seq }, (_, index) => index + 1));
      const lost = told.length - sent.filter((item) => typeof item === 'number').length;
      if (steps.includes('forget')) expect(lost).toBeGreaterThanOrEqual(drops());
      else expect(lost).toBe(drops());
    }),
  );
});
