import fc from 'fast-check';
import { of, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { AnalysedParticipant } from '../../src/analysis/analysed-participant.js';
import { affordable, fewerPictures } from '../../src/analysis/child/afford.js';
import { LAST_STEP, LoadSteps, PICTURES_PER_SECOND } from '../../src/analysis/child/load-steps.js';
import { ProcessSlot } from '../../src/analysis/process-slot.js';
import { WaitingPeople } from '../../src/analysis/waiting-people.js';
import { WindowPublisher } from '../../src/analysis/window-publisher.js';
import { WordsShowing } from '../../src/analysis/words-showing.js';
import { silentMeter } from '../../src/common/metrics.js';
import { InProcessBus } from '../../src/events/in-process-bus.js';
import type { RoomEvent } from '../../src/events/schema.js';
import type { Received, TrackInput } from '../../src/media/index.js';
import { ManualSchedule } from '../events/support/manual-schedule.js';
import { silentLogger } from '../sfu/support/sfu-fixture.js';

const looks = (load: LoadSteps, waitMs: number, count: number) => {
  for (let i = 0; i < count; i++) load.look(waitMs);
};

describe('what gives way under load', () => {
  it('goes a step at a time while media wait too long, to the last and no further, and comes back more slowly', () => {
    const load = new LoadSteps();
    const seen: number[] = [];
    for (let look = 0; look < 20; look++) {
      load.look(1000);
      seen.push(load.step);
    }
    expect(seen.slice(0, 9)).toEqual([0, 0, 1, 1, 1, 2, 2, 2, 3]);
    expect(Math.max(...seen)).toBe(LAST_STEP);
    looks(load, 10, 5);
    expect(load.step).toBe(LAST_STEP);
    looks(load, 10, 1);
    expect(load.step).toBe(LAST_STEP - 1);
    looks(load, 10, 20);
    expect(load.step).toBe(0);
  });

  it('is no matter of one look, and stays as it is between late and well', () => {
    const load = new LoadSteps();
    for (let i = 0; i < 50; i++) {
      load.look(1000);
      load.look(200);
    }
    expect(load.step).toBe(0);
  });

  it('moves by one step at most, within its bounds, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 5000, noNaN: true })), (waits) => {
        const load = new LoadSteps();
        for (const wait of waits) {
          const before = load.step;
          expect(load.look(wait)).toBe(load.step !== before);
          expect(Math.abs(load.step - before)).toBeLessThanOrEqual(1);
          expect(PICTURES_PER_SECOND[load.step]).toBeDefined();
        }
      }),
    );
  });

  it('is tried again ever more seldom where it turns out each time that there is no room for it', () => {
    const load = new LoadSteps();
    // All is well without pictures, and late as soon as there is one.
    const look = () => load.look(load.step < LAST_STEP ? 1000 : 10);
    const backAt: number[] = [];
    for (let i = 0; i < 2000; i++) {
      if (look() && load.step < LAST_STEP && i > 10) backAt.push(i);
    }
    const pauses = backAt.slice(1).map((at, i) => at - backAt[i]!);
    expect(pauses.slice(0, 4)).toEqual([...pauses.slice(0, 4)].sort((a, b) => a - b));
    // A minute in the end, and the three looks that show that it is too much.
    expect(pauses.at(-1)).toBe(120 + 3);
    expect(backAt.length).toBeLessThan(25);
  });

  it('comes back soon once there was room for a minute', () => {
    const load = new LoadSteps();
    for (let i = 0; i < 500; i++) load.look(load.step < LAST_STEP ? 1000 : 10);
    looks(load, 10, 600);
    expect(load.step).toBe(0);
    looks(load, 1000, 3);
    looks(load, 10, 6);
    expect(load.step).toBe(0);
  });

  it('is extras first, then pictures: half, a third, then not even their packets are decoded; sound always is', () => {
    const load = new LoadSteps();
    const pictures = Array.from({ length: 80 }, (_, i): Received<{ mediaTime: number; arrivalMs: number }> => {
      return { type: 'item', item: { mediaTime: i * 125, arrivalMs: i * 125 } };
    });
    const packet: TrackInput = { type: 'packet', packet: { data: new Uint8Array(), arrivalMs: 0 } };
    const counts: number[][] = [];
    const extras: boolean[] = [];
    for (let step = 0; step <= LAST_STEP; step++) {
      let looked: Received<unknown>[] = [];
      let packets: TrackInput[] = [];
      of(...pictures)
        .pipe(fewerPictures(load, silentMeter), toArray())
        .subscribe((all) => (looked = all));
      of(packet)
        .pipe(affordable(load, silentMeter), toArray())
        .subscribe((all) => (packets = all));
      expect(looked).toHaveLength(pictures.length);
      extras.push(load.affordsExtras);
      counts.push([looked.filter(({ type }) => type === 'item').length, packets.length]);
      looks(load, 1000, 3);
    }
    // Two a second of eight are every third: a picture is not waited for past the time of the next.
    expect(counts.slice(0, 4)).toEqual([
      [80, 1],
      [80, 1],
      [40, 1],
      [27, 1],
    ]);
    expect(counts[LAST_STEP]?.[1]).toBe(0);
    expect(extras).toEqual([true, false, false, false, false]);
  });
});

describe('a process that got to its last step', () => {
  it('takes nobody new before it has nothing given up, so that a crowd too large does not grow while it tries', () => {
    const load = new LoadSteps();
    const slot = new ProcessSlot(false);
    const time = new ManualSchedule();
    const CARRIES = 40;
    let people = 60;
    const waiting = new WaitingPeople(
      () => !slot.full,
      () => people++,
      time.schedule,
    );
    const look = () => {
      // Sound alone costs half as much as sound and pictures.
      const cost = people * (load.step < LAST_STEP ? 1 : 0.5);
      if (load.look(cost > CARRIES ? 1000 : 10)) slot.loaded(load.step);
      time.pass(500);
    };
    for (let i = 0; i < 20; i++) look();
    for (let i = 0; i < 20; i++) waiting.add(newcomer(i, []));
    for (let i = 0; i < 600; i++) look();
    expect(people).toBe(60);
    people = 20;
    for (let i = 0; i < 600; i++) look();
    expect([people, slot.full, load.step]).toEqual([40, false, 0]);
  });
});

function newcomer(key: number, events: RoomEvent[]) {
  const bus = new InProcessBus({ journalSize: 10 });
  bus.subscribe('room', (event) => events.push(event));
  const deps = { bus, meter: silentMeter, logger: silentLogger, clock: () => 10_300 };
  const who = { room: 'room', participant: 'ann' };
  return new AnalysedParticipant({
    ...deps,
    ...{ key, who, phaseMs: 0, process: null, refusal: null, waitsFor: 'overloaded' },
    publisher: (analysing, bulkhead) => {
      const runner = { submit: () => Promise.reject(new Error('not asked')), cancel: () => {}, crop: () => {} };
      const engine = { name: 'none', model: 'none' };
      return new WindowPublisher(who, { ...deps, runner, engine, smoothingMs: 0 }, analysing, bulkhead);
    },
    words: new WordsShowing({ ...deps, tell: () => {} }),
    registerTrack: () => 1,
    releaseTrack: () => {},
    onClosed: () => {},
  });
}

describe('somebody who comes while there is no room for one more', () => {
  it('is not told of as analysed before they are, and is let in one after the other when there is room', () => {
    const time = new ManualSchedule();
    let hasRoom = false;
    const admitted: number[] = [];
    const waiting = new WaitingPeople(
      () => hasRoom,
      (participant) => {
        admitted.push(participant.key);
        participant.moveTo({ send: () => {}, ports: [4] });
      },
      time.schedule,
    );
    const events: RoomEvent[] = [];
    const [first, second, third] = [1, 2, 3].map((key) => newcomer(key, key === 1 ? events : []));
    for (const each of [first!, second!, third!]) waiting.add(each);
    first!.setConsent({ face: false, voice: false, words: true });
    const destinations: number[] = [];
    first!.onDestination((destination) => destination && destinations.push(destination.port));
    waiting.remove(3);
    time.pass(60_000);
    expect([admitted, events, destinations, first!.waitsFor]).toEqual([[], [], [], 'overloaded']);
    hasRoom = true;
    time.pass(2000);
    expect(admitted).toEqual([1]);
    expect(events.map(({ type }) => type)).toEqual(['begin']);
    expect(destinations).toEqual([4]);
    expect(first!.waitsFor).toBeNull();
    time.pass(10_000);
    expect(admitted).toEqual([1, 2]);
  });
});
