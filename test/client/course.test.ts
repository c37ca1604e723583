import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Course, COURSE_SECONDS, describeCourse, runsOf } from '../../client/lib/overlay/course.js';
import type { EmotionEvent } from '../../client/lib/index.js';
import { emotionEvent } from './support/scripted-server.js';

const START = 1_700_000_000_300;
const second = (at: number, change: Partial<EmotionEvent> = {}): EmotionEvent =>
  emotionEvent(1, { window: { start: START + 1000 * at, end: START + 1000 * (at + 1) }, ...change });
const happy = { label: 'happy', uncertain: false } as const;

/** As somebody would see it: the newest last, a dot for a gap. */
const drawn = (course: Course, nowMs: number, last = 8): string =>
  course
    .view(nowMs)
    .slice(-last)
    .map((told) => (told ? (told.label?.[0] ?? '-') : '.'))
    .join('');

describe('the course of the last minute', () => {
  it('has a second for each result, and gaps where none came', () => {
    const course = new Course();
    course.push(second(0), 1000);
    course.push(second(1, { label: null }), 2000);
    course.push(second(4, { label: 'sad', uncertain: true }), 5000);
    expect(drawn(course, 5000)).toBe('...h-..s');
    expect(course.view(5000).at(-1)).toEqual({ label: 'sad', uncertain: true });
    expect(course.view(5000)).toHaveLength(COURSE_SECONDS);
  });

  it('goes on when results stop, and is empty after a minute', () => {
    const course = new Course();
    course.push(second(0), 1000);
    expect(drawn(course, 2499)).toBe('.......h');
    expect(drawn(course, 3500)).toBe('......h.');
    expect(drawn(course, 6500)).toBe('...h....');
    expect(course.view(1000 + 61_500).every((told) => told === null)).toBe(true);
  });

  it('has what late words changed, and not an answer that was overtaken', () => {
    const course = new Course();
    course.push(second(0), 1000);
    course.push(second(1), 2000);
    course.push(second(0, { revision: 2, label: 'angry' }), 2400);
    course.push(second(0, { revision: 1, label: 'sad' }), 2500);
    expect(drawn(course, 2500, 3)).toBe('.ah');
    // A revision is no news of the newest second.
    course.push(second(1, { revision: 1 }), 9000);
    expect(drawn(course, 5500, 4)).toBe('ah..');
  });

  it('begins anew when the clock was put back', () => {
    const course = new Course();
    course.push(second(500), 1000);
    course.push(second(0, { label: 'sad' }), 2000);
    expect(drawn(course, 2000)).toBe('.......s');
  });

  it('forgets', () => {
    const course = new Course();
    course.push(second(0), 1000);
    course.forget();
    expect(course.view(1000).every((told) => told === null)).toBe(true);
  });

  it('keeps no more than it shows, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: -200, max: 200 }), fc.nat(3))), (told) => {
        const course = new Course();
        let nowMs = 0;
        for (const [at, revision] of told) course.push(second(at / 2, { revision }), (nowMs += 500));
        const view = course.view(nowMs);
        expect(view).toHaveLength(COURSE_SECONDS);
        expect(told.length === 0 || view.some((each) => each !== null)).toBe(true);
      }),
    );
  });

  it('is told in runs, a guess apart from what is certain', () => {
    const guess = { label: 'happy', uncertain: true } as const;
    const blank = { label: null, uncertain: true } as const;
    expect(runsOf([happy, happy, guess, null, guess, blank, { label: null, uncertain: false }])).toEqual([
      { ...happy, from: 0, length: 2 },
      { ...guess, from: 2, length: 1 },
      { ...guess, from: 4, length: 1 },
      { ...blank, from: 5, length: 2 },
    ]);
  });

  it('is said in a sentence, the longest first', () => {
    const sad = { label: 'sad', uncertain: true } as const;
    const blank = { label: null, uncertain: true } as const;
    const guess = { label: 'happy', uncertain: true } as const;
    expect(describeCourse([sad, happy, happy, guess, null, blank])).toBe(
      'happy 3 s, 1 s of it uncertain; perhaps sad 1 s; nothing to judge by 1 s',
    );
    expect(describeCourse([null])).toBe('');
  });
});
