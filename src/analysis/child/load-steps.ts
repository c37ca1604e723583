/**
 * What gives way when a process has more to do than it can, in this order: first voices are not encoded and words are not recognised
 * before a sentence ends, then fewer pictures are looked at, then none (an answer from voice and words alone); at the last step the
 * main process refuses analysis to newcomers. The call itself never waits.
 */
export const PICTURES_PER_SECOND = [8, 8, 4, 2, 0] as const;
export const LAST_STEP = PICTURES_PER_SECOND.length - 1;

/** The steps as metrics name them. */
const LABELS = ['0', '1', '2', '3', '4'] as const;

/** Media that wait longer than this come too late for their window, ms. */
const LATE_MS = 250;
/** Below this all is well, ms. */
const WELL_MS = 120;
/** So many looks (two a second) in a row that are late, or well, move a step. */
const LATE_LOOKS = 3;
const WELL_LOOKS = 6;
/** What is late again so many looks after it came back was no room: the next time is waited for twice as long, to this bound. */
const RELAPSE_LOOKS = 20;
const MOST_WELL_LOOKS = 120;

/** Decides how much a process may take on, from how long packets waited to be handled. Pure; looked at twice a second. */
export class LoadSteps {
  #step = 0;
  #late = 0;
  #well = 0;
  /** So many looks must be well before something comes back. */
  #patience = WELL_LOOKS;
  #looksSinceBack = Infinity;

  get step(): number {
    return this.#step;
  }

  get label(): (typeof LABELS)[number] {
    return LABELS[this.#step] ?? '4';
  }

  /** There is time for what is not indispensable. */
  get affordsExtras(): boolean {
    return this.#step === 0;
  }

  get picturesPerSecond(): number {
    return PICTURES_PER_SECOND[this.#step] ?? 0;
  }

  /**
   * @param waitMs the longest that a packet waited, or that the process stood still, since the last look
   * @returns true when the step changed
   */
  look(waitMs: number): boolean {
    this.#late = waitMs > LATE_MS ? this.#late + 1 : 0;
    this.#well = waitMs < WELL_MS ? this.#well + 1 : 0;
    // What came back and stayed for as long as one would wait at most may come back soon the next time, too.
    if (++this.#looksSinceBack === MOST_WELL_LOOKS) this.#patience = WELL_LOOKS;
    const before = this.#step;
    if (this.#late >= LATE_LOOKS) this.#giveWay();
    else if (this.#well >= this.#patience) this.#comeBack();
    if (this.#step !== before) this.#late = this.#well = 0;
    return this.#step !== before;
  }

  #giveWay(): void {
    if (this.#step === LAST_STEP) return;
    this.#step++;
    if (this.#looksSinceBack <= RELAPSE_LOOKS) this.#patience = Math.min(MOST_WELL_LOOKS, this.#patience * 2);
    this.#looksSinceBack = Infinity;
  }

  #comeBack(): void {
    if (this.#step === 0) return;
    this.#step--;
    this.#looksSinceBack = 0;
  }
}
