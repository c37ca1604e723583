import { type Emotion, EMOTIONS } from '../../../src/common/emotions.js';
import type { EmotionEvent } from '../../../src/events/schema.js';
import { en, type OverlayWords } from './languages/en.js';

/** What became of a second. */
export interface CourseSecond {
  /** Null: nothing to judge by. */
  label: Emotion | null;
  uncertain: boolean;
}

/** Seconds of the same kind one after the other. */
export interface CourseRun extends CourseSecond {
  /** Index of its first second. */
  from: number;
  length: number;
}

/** So much of the past is kept, s. */
export const COURSE_SECONDS = 60;

/** Without news for longer, time is seen to go on, ms: results come a second apart, and a little earlier or later. */
const PATIENCE_MS = 1500;

interface Told extends CourseSecond {
  startMs: number;
  revision: number;
}

/**
 * The last minute of one person. Pure and bounded: events and the page's time come in, seconds go out. Times of the server
 * are compared with each other only.
 */
export class Course {
  /** Oldest first. */
  #told: Told[] = [];
  #heardMs = 0;

  push({ window, revision, label, uncertain }: EmotionEvent, nowMs: number): void {
    const newest = this.#told.at(-1)?.startMs ?? window.start;
    // A clock that was put back: what came before has no place beside it.
    if (newest - window.start >= COURSE_SECONDS * 1000) this.#told = [];
    const told = { startMs: window.start, revision, label, uncertain };
    const after = this.#told.findLastIndex(({ startMs }) => startMs <= window.start);
    const known = this.#told[after]?.startMs === window.start;
    if (known && this.#told[after]!.revision > revision) return;
    this.#told.splice(known ? after : after + 1, known ? 1 : 0, told);
    if (window.start >= newest && !known) this.#heardMs = nowMs;
    const oldest = this.#told.at(-1)!.startMs - COURSE_SECONDS * 1000;
    this.#told = this.#told.filter(({ startMs }) => startMs > oldest).slice(-2 * COURSE_SECONDS);
  }

  forget(): void {
    this.#told = [];
  }

  /** @returns oldest first, `COURSE_SECONDS` of them; null: no result came of that second */
  view(nowMs: number): (CourseSecond | null)[] {
    const seconds = Array<CourseSecond | null>(COURSE_SECONDS).fill(null);
    const newest = this.#told.at(-1)?.startMs ?? 0;
    const silent = Math.max(0, Math.floor((nowMs - this.#heardMs - PATIENCE_MS) / 1000));
    for (const { startMs, label, uncertain } of this.#told) {
      const at = COURSE_SECONDS - 1 - silent - Math.round((newest - startMs) / 1000);
      if (at >= 0) seconds[at] = { label, uncertain };
    }
    return seconds;
  }
}

/** Runs of the same label, equally certain; gaps are between them. */
export function runsOf(seconds: readonly (CourseSecond | null)[]): CourseRun[] {
  const runs: CourseRun[] = [];
  for (const [at, second] of seconds.entries()) {
    if (!second) continue;
    const last = runs.at(-1);
    const goesOn = last && last.from + last.length === at && last.label === second.label;
    if (goesOn && (last.uncertain === second.uncertain || second.label === null)) last.length += 1;
    else runs.push({ ...second, from: at, length: 1 });
  }
  return runs;
}

/** The course in a sentence, for who does not see it: the longest first. Nothing: an empty text. */
export function describeCourse(
  seconds: readonly (CourseSecond | null)[],
  { course, emotions }: OverlayWords = en,
): string {
  const count = (of: (second: CourseSecond) => boolean): number =>
    seconds.filter((second) => second !== null && of(second)).length;
  const named = EMOTIONS.map((emotion) => ({
    emotion,
    sure: count(({ label, uncertain }) => label === emotion && !uncertain),
    unsure: count(({ label, uncertain }) => label === emotion && uncertain),
  }))
    .filter(({ sure, unsure }) => sure + unsure > 0)
    .sort((a, b) => b.sure + b.unsure - (a.sure + a.unsure))
    .map(({ emotion, sure, unsure }) =>
      sure === 0 ? course.perhaps(emotions[emotion], unsure) : course.sure(emotions[emotion], sure + unsure, unsure),
    );
  const blank = count(({ label }) => label === null);
  const parts = [...named, ...(blank > 0 ? [course.blank(blank)] : [])];
  return parts.join('; ');
}
