/** Beats that may be missing before a connection is taken for dead. */
const MISSING_BEATS = 3;

/**
 * Notices a connection that died without a word. It begins with the first beat: a server that sends none is never taken for
 * dead. One timer, looked at when it is over, and not set anew with everything that is heard.
 */
export class Pulse {
  readonly #onDeath: (silentMs: number) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #everyMs = 0;
  #heardMs = 0;

  constructor(onDeath: (silentMs: number) => void) {
    this.#onDeath = onDeath;
  }

  heard(): void {
    this.#heardMs = performance.now();
  }

  /** @param everyMs a message comes at least so often */
  beat(everyMs: number): void {
    this.heard();
    this.#everyMs = everyMs;
    if (this.#timer === undefined) this.#wait(MISSING_BEATS * everyMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(ms: number): void {
    const dueMs = performance.now() + ms;
    this.#timer = setTimeout(() => {
      const nowMs = performance.now();
      const leftMs = MISSING_BEATS * this.#everyMs - (nowMs - this.#heardMs);
      if (leftMs > 0) this.#wait(Math.ceil(leftMs));
      // The machine slept, or this page was busy: what came meanwhile may not have been read yet.
      else if (nowMs - dueMs > this.#everyMs) this.#wait(this.#everyMs);
      else this.#onDeath(nowMs - this.#heardMs);
    }, ms);
  }
}
