import type { EMOTION_LABELS } from '../common/metrics.js';

export type EmotionLabel = (typeof EMOTION_LABELS)[number];

/** Of fewer people nothing is counted, in any second. */
export const FEWEST_PEOPLE = 5;
/** Seconds are counted by the minute: between two scrapes lie all seconds of a minute, or none. */
export const BATCH_MS = 60_000;
/** Words revise a window so much later at most, with the way to here (wordsRevisionHorizon is 10 s by default). */
const LATENESS_MS = 15_000;
/** Windows of a time that has not come yet are no windows. */
const AHEAD_MS = 5000;

/**
 * How many analysed seconds had which label, over everybody together, for statistics that name nobody. A second counts only
 * if at least five people were judged in it (a guess is a judgement, nothing to judge by is none: four empty pictures would
 * give the fifth person away), and all seconds of a minute come out in one sum, so that the difference of two readings is
 * never a second of its own. What the journal forgets of somebody who withdraws or leaves, goes from the minute that has
 * not come out as well. Pure: times come in.
 */
export class EmotionTally {
  /** By the second's start; in it, by person, so that a revision takes the place of what it revises. */
  readonly #seconds = new Map<number, Map<string, EmotionLabel>>();
  #takenUntilMs = -Infinity;

  /** Judgements held: for the test of boundedness. */
  get held(): number {
    return [...this.#seconds.values()].reduce((sum, people) => sum + people.size, 0);
  }

  /** @param startMs the window's start */
  add(person: string, startMs: number, label: EmotionLabel, nowMs: number): void {
    const second = Math.floor(startMs / 1000) * 1000;
    if (second < this.#takenUntilMs || second > nowMs + AHEAD_MS) return;
    let people = this.#seconds.get(second);
    if (!people) this.#seconds.set(second, (people = new Map()));
    people.set(person, label);
  }

  forget(person: string): void {
    for (const people of this.#seconds.values()) people.delete(person);
  }

  /** The minutes that are over and have not come out yet. */
  take(nowMs: number): Map<EmotionLabel, number> {
    const sums = new Map<EmotionLabel, number>();
    this.#takenUntilMs = Math.max(this.#takenUntilMs, Math.floor((nowMs - LATENESS_MS) / BATCH_MS) * BATCH_MS);
    for (const [second, people] of this.#seconds) {
      if (second >= this.#takenUntilMs) continue;
      this.#seconds.delete(second);
      const labels = [...people.values()];
      if (labels.filter((label) => label !== 'none').length < FEWEST_PEOPLE) continue;
      for (const label of labels) sums.set(label, (sums.get(label) ?? 0) + 1);
    }
    return sums;
  }
}
