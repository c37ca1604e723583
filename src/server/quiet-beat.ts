import type { Schedule } from '../common/schedule.js';

export interface QuietBeatOptions {
  /** Longest silence, ms. */
  everyMs: number;
  /** Time that is never set back, ms. */
  now: () => number;
  schedule: Schedule;
  beat: () => void;
}

/** Breaks silence: one timer, looked at when it is over, and not set anew with everything that is sent. */
export class QuietBeat {
  readonly #options: QuietBeatOptions;
  #lastMs: number;
  #cancel: () => void;

  constructor(options: QuietBeatOptions) {
    this.#options = options;
    this.#lastMs = options.now();
    this.#cancel = this.#wait(options.everyMs);
  }

  /** Something was sent. */
  sent(): void {
    this.#lastMs = this.#options.now();
  }

  stop(): void {
    this.#cancel();
  }

  #wait(ms: number): () => void {
    const { everyMs, now, schedule, beat } = this.#options;
    return schedule(ms, () => {
      const leftMs = everyMs - (now() - this.#lastMs);
      if (leftMs <= 0) {
        this.#lastMs = now();
        beat();
      }
      this.#cancel = this.#wait(leftMs <= 0 ? everyMs : Math.ceil(leftMs));
    });
  }
}
