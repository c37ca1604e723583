/** Beats that may be missing before a connection is taken for dead. */
const MISSING_BEATS = 3;
/** How late a beat may be before it is missed: half its interval, and no more than this, ms. */
const LATE_MS = 1000;

export interface PulseEvents {
  /** Whether a beat is missing: nothing was heard when something should have been. */
  onQuiet(quiet: boolean): void;
  onDeath(silentMs: number): void;
}

/**
 * Notices a connection that died without a word. It begins with the first beat: a server that sends none is never taken for
 * dead. One timer, looked at when it is over, and not set anew with everything that is heard.
 */
export class Pulse {
  readonly #events: PulseEvents;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #everyMs = 0;
  #heardMs = 0;
  #quiet = false;

  constructor(events: PulseEvents) {
    this.#events = events;
  }

  heard(): void {
    this.#heardMs = performance.now();
    this.#setQuiet(false);
  }

  /** @param everyMs a message comes at least so often */
  beat(everyMs: number): void {
    this.heard();
    this.#everyMs = everyMs;
    if (this.#timer === undefined) this.#wait(this.#quietAfterMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  get #quietAfterMs(): number {
    return this.#everyMs + Math.min(this.#everyMs / 2, LATE_MS);
  }

  #setQuiet(quiet: boolean): void {
    if (quiet === this.#quiet) return;
    this.#quiet = quiet;
    this.#events.onQuiet(quiet);
  }

  #wait(ms: number): void {
    const dueMs = performance.now() + ms;
    this.#timer = setTimeout(() => this.#look(dueMs), Math.ceil(ms));
  }

  #look(dueMs: number): void {
    const nowMs = performance.now();
    const silentMs = nowMs - this.#heardMs;
    const deadAfterMs = MISSING_BEATS * this.#everyMs;
    if (silentMs < this.#quietAfterMs) return this.#wait(this.#quietAfterMs - silentMs);
    // The machine slept, or this page was busy: what came meanwhile may not have been read yet.
    if (nowMs - dueMs > this.#everyMs) return this.#wait(this.#everyMs);
    if (silentMs >= deadAfterMs) return this.#events.onDeath(silentMs);
    this.#wait(deadAfterMs - silentMs);
    this.#setQuiet(true);
  }
}
