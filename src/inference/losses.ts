import type { Clock } from '../common/clock.js';
import { EmostreamError } from '../common/errors.js';

/** So many deaths of its threads within DEATH_PERIOD_MS, and an engine is taken for lost. */
const DEATHS = 3;
const DEATH_PERIOD_MS = 60_000;
/** So many calls that failed, none between them that did not: a GPU that is gone may leave its thread alive. */
const FAILURES = 8;
/** What is the fault of what was asked, or of its end. */
const INNOCENT: ReadonlySet<string> = new Set(['WINDOW_INVALID', 'CLOSED', 'WRONG_STATE']);

/** What speaks for an engine being lost. */
export class Losses {
  readonly #clock: Clock;
  #deaths: { at: number; reason: string }[] = [];
  #failures = 0;
  #last = '';

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  died(reason: string): void {
    this.#deaths.push({ at: this.#clock(), reason });
    if (this.#deaths.length > DEATHS) this.#deaths.shift();
  }

  failed(error: unknown): void {
    if (error instanceof EmostreamError && INNOCENT.has(error.code)) return;
    this.#failures++;
    this.#last = error instanceof Error ? error.message : String(error);
  }

  succeeded(): void {
    this.#failures = 0;
  }

  clear(): void {
    this.#deaths = [];
    this.#failures = 0;
  }

  /** Why it is lost; null when it is not. @param hopeless none of its threads will be there again */
  lost(hopeless: boolean): string | null {
    if (hopeless) return this.#last;
    const [first] = this.#deaths;
    if (this.#deaths.length >= DEATHS && this.#clock() - first!.at <= DEATH_PERIOD_MS) {
      return `Its thread died ${String(DEATHS)} times in a minute, last: ${this.#deaths.at(-1)!.reason}.`;
    }
    return this.#failures >= FAILURES ? `It failed ${String(FAILURES)} times running, last: ${this.#last}` : null;
  }
}

const FIRST_MS = 30_000;
const LONGEST_MS = 600_000;

/** How long to wait before a lost engine is tried again: twice as long each time, until one that came back has lasted. */
export class ReturnBackoff {
  readonly #clock: Clock;
  #tries = 0;
  #returnedAt: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  lost(): void {
    if (this.#returnedAt !== null && this.#clock() - this.#returnedAt > LONGEST_MS) this.#tries = 0;
  }

  returned(): void {
    this.#returnedAt = this.#clock();
  }

  /** ms */
  next(): number {
    return Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#tries++);
  }
}
