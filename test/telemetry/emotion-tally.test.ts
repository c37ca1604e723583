import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMOTION_LABELS } from '../../src/common/metrics.js';
import { type EmotionLabel, EmotionTally, FEWEST_PEOPLE } from '../../src/telemetry/emotion-tally.js';

/** A whole minute, so that the batches are [0, 60), [60, 120), … of it. */
const MINUTE = 1_800_000_000_000;
const at = (second: number) => MINUTE + second * 1000;
/** When the minute that `second` lies in has come out: 15 s after its end. */
const out = (second: number) => at((Math.floor(second / 60) + 1) * 60 + 15);

function people(tally: EmotionTally, count: number, second: number, label: EmotionLabel = 'happy'): void {
  for (let i = 0; i < count; i++) tally.add(`room/p${i}`, at(second), label, at(second + 1));
}

describe('the tally of analysed seconds', () => {
  it('counts a second of five people, and none of four', () => {
    const tally = new EmotionTally();
    people(tally, 5, 10);
    people(tally, 4, 11, 'sad');
    people(tally, 6, 12, 'neutral');
    expect(tally.take(out(10))).toEqual(
      new Map([
        ['happy', 5],
        ['neutral', 6],
      ]),
    );
    expect(tally.held).toBe(0);
  });

  it('takes four empty pictures and one face for one person', () => {
    const tally = new EmotionTally();
    people(tally, 5, 10, 'none');
    tally.add('room/p0', at(10), 'angry', at(11));
    expect(tally.take(out(10))).toEqual(new Map());
    // With five who are judged, also a guess is a judgement, the empty ones are told as well.
    people(tally, 7, 70, 'none');
    for (let i = 0; i < 5; i++) tally.add(`room/p${i}`, at(70), i === 0 ? 'angry' : 'uncertain', at(71));
    expect(tally.take(out(70))).toEqual(
      new Map([
        ['angry', 1],
        ['uncertain', 4],
        ['none', 2],
      ]),
    );
  });

  it('takes one person in one second once, and as last judged: a revision', () => {
    const tally = new EmotionTally();
    people(tally, 5, 10);
    for (let i = 0; i < 10; i++) tally.add('room/p0', at(10), 'surprised', at(20));
    expect(tally.take(out(10))).toEqual(
      new Map([
        ['surprised', 1],
        ['happy', 4],
      ]),
    );
  });

  it('lets a minute out as a whole, once, and nothing that comes after it', () => {
    const tally = new EmotionTally();
    for (let second = 0; second < 60; second++) people(tally, 5, second);
    expect(tally.take(out(0) - 1)).toEqual(new Map());
    expect(tally.take(out(0))).toEqual(new Map([['happy', 300]]));
    expect(tally.take(out(0) + 1)).toEqual(new Map());
    people(tally, 5, 59, 'sad');
    expect(tally.held).toBe(0);
    expect(tally.take(out(60))).toEqual(new Map());
  });

  it('forgets who withdraws, and with them a second in which too few are left', () => {
    const tally = new EmotionTally();
    people(tally, 6, 10);
    people(tally, 5, 11, 'sad');
    tally.forget('room/p2');
    expect(tally.take(out(10))).toEqual(new Map([['happy', 5]]));
  });

  it('holds nothing of a time that has not come', () => {
    const tally = new EmotionTally();
    tally.add('room/p0', at(100_000), 'happy', at(10));
    expect(tally.held).toBe(0);
  });

  it('is, whatever comes, the sum over the seconds with five people who were judged', () => {
    const events = fc.array(
      fc.record({
        person: fc.integer({ min: 0, max: 7 }),
        second: fc.integer({ min: 0, max: 119 }),
        label: fc.constantFrom(...EMOTION_LABELS),
        forget: fc.boolean(),
      }),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(events, (all) => {
        const tally = new EmotionTally();
        const kept = new Map<string, EmotionLabel>();
        for (const [index, { person, second, label, forget }] of all.entries()) {
          if (forget && index % 10 === 0) {
            tally.forget(`p${person}`);
            for (const key of [...kept.keys()]) if (key.startsWith(`${person} `)) kept.delete(key);
          } else {
            tally.add(`p${person}`, at(second), label, at(second + 1));
            kept.set(`${person} ${second}`, label);
          }
        }
        let expected = 0;
        for (let second = 0; second < 120; second++) {
          const labels = [...kept].filter(([key]) => key.endsWith(` ${second}`)).map(([, label]) => label);
          if (labels.filter((label) => label !== 'none').length >= FEWEST_PEOPLE) expected += labels.length;
        }
        const sum = (counts: Map<EmotionLabel, number>) => [...counts.values()].reduce((a, b) => a + b, 0);
        expect(sum(tally.take(out(0))) + sum(tally.take(out(60)))).toBe(expected);
      }),
    );
  });
});
