import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventHeaders, forgetHeaders } from '../../src/cluster/event-message.js';
import type { StreamMessage } from '../../src/cluster/event-stream.js';
import { RoomReader } from '../../src/cluster/room-reader.js';
import { personSubject } from '../../src/cluster/subjects.js';
import { silentMeter } from '../../src/common/metrics.js';
import { InProcessBus } from '../../src/events/in-process-bus.js';
import { Listener, told } from '../events/support/listener.js';
import { ManualSchedule } from '../events/support/manual-schedule.js';

const ROOM = 'a';
const order = { term: 1, born: 1 };

/** A reader to which messages come as the test says, and somebody who listens. */
async function reading() {
  const bus = new InProcessBus();
  const time = new ManualSchedule();
  const listener = new Listener(bus, ROOM);
  let take: (message: StreamMessage) => void = () => undefined;
  const reader = new RoomReader(
    ROOM,
    {
      adopt: (foreign) => bus.adopt(ROOM, foreign),
      adoptForgotten: (participant, kept, floor) => bus.adoptForgotten({ room: ROOM, participant }, kept, floor),
      lastOf: (epoch) => bus.lastOf(ROOM, epoch),
    },
    {
      ...{
        connected: () => true,
        retentionMs: 60_000,
        meter: silentMeter,
        now: () => time.now,
        schedule: time.schedule,
      },
      read: (_, __, handler) => {
        take = handler;
        return Promise.resolve({ beganMs: 0, caughtUp: Promise.resolve(), stop: () => undefined });
      },
    },
  );
  await reader.caughtUp;
  let stored = 0;
  const come = (seq: number, epoch = 'e') => {
    const event = { type: 'gap', room: ROOM, participant: 'p', window: { start: 0, end: 1 }, reason: 'overloaded' };
    take({
      ...{ seq: ++stored, storedMs: 0, past: false, subject: personSubject(ROOM, 'p') },
      headers: eventHeaders({ epoch, seq, order }, { after: seq - 1, ageMs: 0 }),
      text: JSON.stringify({ ...event, epoch, seq }),
    });
  };
  /** Somebody else is forgotten: all that they had up to a number. */
  const forget = (seq: number, epoch = 'e') =>
    take({
      ...{ seq: ++stored, storedMs: 0, past: false, subject: personSubject(ROOM, 'q'), text: '' },
      headers: forgetHeaders(epoch, { ...order, seq }, 'end'),
    });
  return { come, forget, time, listener };
}

it('tells each number once and in order, or as lost, when some failed and were sent again after others, and some were not', async () => {
  const fates = fc.array(fc.constantFrom('stored', 'stored', 'failed', 'gone'), { minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(fates, async (rest) => {
      const { come, time, listener } = await reading();
      const seqs = (fate: string) => rest.flatMap((each, n) => (each === fate ? [n + 2] : []));
      for (const seq of [1, ...seqs('stored'), ...seqs('failed'), rest.length + 2]) come(seq);
      if (seqs('gone').length === 0) expect(listener.missed).toEqual([]);
      time.pass(5000);
      expect(told(listener.got)).toEqual(Array.from({ length: rest.length + 2 }, (_, n) => n + 1));
      const lost = listener.missed.flatMap(({ fromSeq, toSeq }) => [fromSeq, toSeq]);
      if (seqs('gone').length === 0) expect(lost).toEqual([]);
      // Nothing of the listener's waits any more.
      expect(time.waiting).toBe(0);
    }),
  );
});

it('does not wait for a numbering after which another has begun', async () => {
  const { come, time, listener } = await reading();
  come(1);
  come(3);
  expect(listener.seqs).toEqual([1]);
  come(1, 'another');
  expect(listener.seqs).toEqual([1, 3]);
  expect(listener.missed).toEqual([{ fromSeq: 2, toSeq: 2, reason: 'lost' }]);
  expect(time.waiting).toBe(0);
});

it('tells what was purged with somebody as forgotten, though the word of it comes later, and the rest as lost', async () => {
  const { come, forget, time, listener } = await reading();
  come(1);
  come(6);
  forget(3);
  time.pass(5000);
  expect(listener.seqs).toEqual([1, 6]);
  expect(listener.missed.map(({ reason, fromSeq, toSeq }) => [reason, fromSeq, toSeq])).toEqual([
    ['forgotten', 2, 3],
    ['lost', 4, 5],
  ]);
});
