import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { eventRecord } from '../../src/events/event-record.js';
import type { JournalItem } from '../../src/events/room-journal.js';
import { InProcessBus, type InProcessBusOptions } from '../../src/events/in-process-bus.js';
import { Listener, readAll, told } from './support/listener.js';
import { ManualSchedule } from './support/manual-schedule.js';

const RETENTION = 60_000;
const HOLD = 30_000;
const ALL = { face: true, voice: true, words: true };

let time: ManualSchedule;
let bus: InProcessBus;
beforeEach(() => {
  time = new ManualSchedule();
  bus = make();
});

function make(options: Partial<InProcessBusOptions> = {}): InProcessBus {
  let epochs = 0;
  return new InProcessBus({
    retentionMs: RETENTION,
    seatHoldMs: HOLD,
    schedule: time.schedule,
    newEpoch: () => `e${String(++epochs)}`,
    ...options,
  });
}

const end = (room: string, participant = 'p') => ({ type: 'end', room, participant, at: 0, reason: 'left' }) as const;
const begin = (room: string, participant = 'p') =>
  ({ type: 'begin', room, participant, at: 0, analysed: ALL }) as const;
/** Stands for everything that says something of a second: the bus knows only begin and end by their type. */
const gap = (room: string, participant = 'p') =>
  ({ type: 'gap', room, participant, window: { start: 0, end: 1000 }, reason: 'overloaded' }) as const;
const who = (participant: string, room = 'a') => ({ room, participant });

function seated(...participants: string[]): void {
  for (const participant of participants) {
    bus.enter(who(participant));
    bus.consent(who(participant), ALL);
  }
}

describe('numbering and resuming', () => {
  it('numbers each room from 1 without holes', () => {
    const listener = new Listener(bus, 'a');
    for (let i = 0; i < 5; i++) {
      bus.publish(gap('a'));
      bus.publish(gap('b'));
    }
    expect(listener.seqs).toEqual([1, 2, 3, 4, 5]);
  });

  it('replays after the resume point, then goes on live, and tells what is no longer held', () => {
    bus = make({ journalSize: 3 });
    for (let i = 0; i < 8; i++) bus.publish(gap('a'));
    const listener = new Listener(bus, 'a', { sinceSeq: 2 });
    bus.publish(gap('a'));
    expect(listener.missed).toEqual([{ fromSeq: 3, toSeq: 5, reason: 'expired' }]);
    expect(listener.seqs).toEqual([6, 7, 8, 9]);
    listener.close();
    bus.publish(gap('a'));
    expect(listener.seqs).toEqual([6, 7, 8, 9]);
  });

  it('gives a reader each event once, or names it as missed, however the journal moves on and forgets meanwhile', () => {
    const step = fc.constantFrom('p', 'q', 'withdraw p', 'withdraw q', 'read', 'read');
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 0, max: 40 }),
        fc.nat({ max: 60 }),
        fc.array(step, { maxLength: 60 }),
        (journalSize, before, sinceSeq, steps) => {
          bus = make({ journalSize });
          seated('p', 'q');
          for (let i = 0; i < before; i++) bus.publish(gap('a', i % 2 ? 'p' : 'q'));
          const since = Math.min(sinceSeq, before);
          expect(bus.held('a', { sinceSeq: since })).toBe(Math.min(journalSize, before - since));
          const { cursor } = bus.subscribe('a', () => undefined).read({ sinceSeq: since });
          const read: JournalItem[] = [];
          let published = before;
          for (const action of steps) {
            const [, participant] = action.split(' ');
            const next = action === 'read' ? cursor.next() : undefined;
            if (next) read.push(next);
            if (participant) {
              bus.consent(who(participant), { ...ALL, face: false });
              bus.consent(who(participant), ALL);
            } else if (action !== 'read') published = bus.publish(gap('a', action)).seq;
          }
          expect(cursor.behind).toBe(published > (told(read).at(-1) ?? since));
          read.push(...readAll(cursor));
          expect(cursor.behind).toBe(false);
          expect(told(read)).toEqual(range(since + 1, published));
        },
      ),
    );
  });

  it('tells who asks for a numbering that has ended, and gives them all that is held', () => {
    for (let i = 0; i < 3; i++) bus.publish(gap('a'));
    for (const from of [{ sinceSeq: 1, epoch: 'another' }, { sinceSeq: 7 }]) {
      const listener = new Listener(bus, 'a', from);
      expect(listener.ended).toEqual({ epoch: from.epoch ?? 'unknown', fromSeq: from.sinceSeq + 1 });
      expect(listener.seqs).toEqual([1, 2, 3]);
    }
    expect(new Listener(bus, 'a', { sinceSeq: 3, epoch: 'e1' })).toMatchObject({ ended: null, got: [] });
  });
});

it('tells by what the answer said, not by what came since', () => {
  for (let i = 0; i < 3; i++) bus.publish(gap('a'));
  const subscription = bus.subscribe('a', () => undefined);
  for (let i = 0; i < 3; i++) bus.publish(gap('a'));
  const { cursor, ended } = subscription.read({ sinceSeq: 5 });
  expect(ended).toEqual({ epoch: 'unknown', fromSeq: 6 });
  expect(told(readAll(cursor))).toEqual(range(1, 6));
});

describe('forgetting a person', () => {
  it('happens at a withdrawal of anything: only how they stand remains, and others keep theirs', () => {
    seated('p', 'q');
    bus.publish(begin('a'));
    for (const participant of ['p', 'p', 'q', 'p']) bus.publish(gap('a', participant));
    bus.publish(begin('a'));
    bus.publish(gap('a'));
    bus.consent(who('p'), { ...ALL, voice: false });
    const listener = new Listener(bus, 'a', { sinceSeq: 0 });
    expect(listener.seqs).toEqual([4, 6]);
    expect(listener.missed).toEqual([
      { fromSeq: 1, toSeq: 3, reason: 'forgotten' },
      { fromSeq: 5, toSeq: 5, reason: 'forgotten' },
      { fromSeq: 7, toSeq: 7, reason: 'forgotten' },
    ]);
  });

  it('does not happen when more is agreed to', () => {
    bus.enter(who('p'));
    bus.consent(who('p'), { ...ALL, face: false });
    bus.publish(gap('a'));
    bus.consent(who('p'), ALL);
    expect(new Listener(bus, 'a', { sinceSeq: 0 }).seqs).toEqual([1]);
  });

  it('happens at once to who leaves: the last end alone remains', () => {
    seated('p', 'q');
    for (const event of [begin('a'), gap('a'), end('a'), begin('a'), gap('a'), end('a'), gap('a', 'q')]) {
      bus.publish(event);
    }
    bus.leave(who('p'), false);
    expect(new Listener(bus, 'a', { sinceSeq: 0 }).seqs).toEqual([6, 7]);
  });

  it('waits for the return of who lost their connection, and not longer', () => {
    seated('p', 'q');
    for (const event of [gap('a'), end('a')]) bus.publish(event);
    bus.leave(who('p'), true);
    time.pass(HOLD - 1);
    expect(new Listener(bus, 'a', { sinceSeq: 0 }).seqs).toEqual([1, 2]);
    time.pass(1);
    expect(new Listener(bus, 'a', { sinceSeq: 0 }).seqs).toEqual([2]);
  });

  it('does not happen to who comes back in time with the same consent; with less it does', () => {
    for (const [consent, seqs] of [
      [ALL, [1, 2]],
      [{ ...ALL, words: false }, [2]],
    ] as const) {
      bus = make();
      seated('p', 'q');
      for (const event of [gap('a'), end('a')]) bus.publish(event);
      bus.leave(who('p'), true);
      time.pass(HOLD - 1);
      bus.enter(who('p'));
      bus.consent(who('p'), consent);
      time.pass(2 * HOLD);
      expect(new Listener(bus, 'a', { sinceSeq: 0 }).seqs).toEqual(seqs);
    }
  });

  it('tells subscribers, who may hold back what must not leave any more', () => {
    seated('p', 'q');
    const events = [begin('a'), gap('a'), gap('a', 'q'), end('a')].map((event) => bus.publish(event));
    const forgotten: number[][] = [];
    bus.subscribe(
      'a',
      () => undefined,
      (isForgotten) => forgotten.push(events.filter((event) => isForgotten(eventRecord(event))).map(({ seq }) => seq)),
    );
    bus.consent(who('p'), { ...ALL, words: false });
    bus.leave(who('p'), false);
    expect(forgotten).toEqual([[2], [1, 2]]);
  });
});

describe('the end of a numbering', () => {
  it('comes a while after the last person left, also for who goes on listening', () => {
    seated('p', 'q');
    const listener = new Listener(bus, 'a');
    bus.publish(end('a'));
    bus.leave(who('p'), false);
    time.pass(10 * RETENTION);
    bus.publish(end('a', 'q'));
    bus.leave(who('q'), false);
    time.pass(RETENTION - 1);
    expect(new Listener(bus, 'a', { sinceSeq: 0 }).seqs).toEqual([1, 2]);
    time.pass(1);
    expect(bus.bytes).toBe(0);
    const late = new Listener(bus, 'a', { sinceSeq: 1, epoch: 'e1' });
    expect(late).toMatchObject({ epoch: 'e2', ended: { epoch: 'e1', fromSeq: 2 }, got: [] });
    seated('p');
    bus.publish(gap('a'));
    const heard = listener.got.map((item) => 'event' in item && [item.event.epoch, item.event.seq]);
    expect(heard).toEqual([
      ['e1', 1],
      ['e1', 2],
      ['e2', 1],
    ]);
  });

  it('does not come when somebody takes a seat in time', () => {
    seated('p');
    bus.publish(end('a'));
    bus.leave(who('p'), false);
    time.pass(RETENTION - 1);
    bus.enter(who('q'));
    time.pass(10 * RETENTION);
    expect(new Listener(bus, 'a').epoch).toBe('e1');
  });

  it('is not put off by strangers who subscribe', () => {
    seated('p');
    bus.publish(end('a'));
    bus.leave(who('p'), false);
    for (let i = 0; i < 10; i++) {
      time.pass(RETENTION / 10);
      new Listener(bus, 'a', { sinceSeq: 0 }).close();
    }
    expect(new Listener(bus, 'a', { sinceSeq: 0 }).seqs).toEqual([]);
  });

  it('leads a reader who is in the middle of the old numbering into the new one', () => {
    seated('p');
    for (let i = 0; i < 3; i++) bus.publish(end('a'));
    const { cursor } = bus.subscribe('a', () => undefined).read({ sinceSeq: 0 });
    const first = cursor.next();
    bus.leave(who('p'), false);
    time.pass(RETENTION);
    expect(cursor.behind).toBe(true);
    bus.publish(gap('a'));
    expect([first, ...readAll(cursor)]).toMatchObject([
      { event: { epoch: 'e1', seq: 1 } },
      { missed: { epoch: 'e1', fromSeq: 2, toSeq: 3, reason: 'forgotten' } },
      { event: { epoch: 'e2', seq: 1 } },
    ]);
  });
});

describe('bounds', () => {
  it('the longest unused of the rooms that nobody is in goes; one with people does not', () => {
    bus = make({ maxRooms: 5 });
    bus.enter({ room: 'people', participant: 'p' });
    bus.publish(gap('people'));
    const watched = new Listener(bus, 'watched');
    for (let i = 0; i < 50; i++) bus.publish(gap(`room-${String(i)}`));
    expect(bus.rooms).toBeLessThanOrEqual(8);
    bus.publish(gap('watched'));
    expect(watched.seqs).toEqual([1]);
    expect(new Listener(bus, 'people', { sinceSeq: 0 }).seqs).toEqual([1]);
    expect(new Listener(bus, 'room-0', { sinceSeq: 0 }).seqs).toEqual([]);
  });

  it('strangers and people who come and go leave nothing behind', () => {
    for (let i = 0; i < 100; i++) {
      const room = `room-${String(i)}`;
      new Listener(bus, room, { sinceSeq: 5 }).close();
      bus.enter({ room, participant: 'p' });
      bus.leave({ room, participant: 'p' }, i % 2 === 0);
    }
    expect(bus.rooms).toBe(0);
    expect(time.waiting).toBe(0);
    bus.enter(who('p'));
    bus.publish(gap('a'));
    bus.leave(who('p'), true);
    time.pass(RETENTION);
    expect({ rooms: bus.rooms, bytes: bus.bytes, timers: time.waiting }).toEqual({ rooms: 0, bytes: 0, timers: 0 });
  });

  it('of bytes holds over all rooms: the largest journal pays', () => {
    bus = make({ journalBytes: 20_000 });
    seated('p');
    bus.enter({ room: 'small', participant: 'p' });
    bus.publish(gap('small'));
    for (let i = 0; i < 1000; i++) {
      bus.publish(gap('a'));
      expect(bus.bytes).toBeLessThanOrEqual(20_000);
    }
    expect(new Listener(bus, 'small', { sinceSeq: 0 }).seqs).toEqual([1]);
    const large = new Listener(bus, 'a', { sinceSeq: 0 });
    expect(told(large.got)).toEqual(range(1, 1000));
    expect(large.seqs.length).toBeGreaterThan(50);
  });

  it('a person who switches consent on and off fills no journal', () => {
    seated('p', 'q');
    bus.publish(gap('a', 'q'));
    for (let i = 0; i < 5000; i++) {
      bus.publish(begin('a'));
      bus.consent(who('p'), { ...ALL, face: false });
      bus.publish(end('a'));
      bus.consent(who('p'), ALL);
    }
    expect(new Listener(bus, 'a', { sinceSeq: 0 }).seqs[0]).toBe(1);
  });
});

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}
