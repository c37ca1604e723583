import { MAX_BACKLOG_MS } from '../../media/index.js';

/** So much lies between two looks in the usual course of things; less is no lateness of this process, ms. */
const USUAL_MS = 80;

/**
 * Up to when everything that came to this process has been handled. A process that gets no processor, or has too much to do, closes
 * windows by this and not by the clock: what lies in its queues came in time, and is late for no sender's fault. Pure.
 */
export class HandledTime {
  #emptyMs: number;
  #handledMs: number;

  /** @param settle has done at once what else would be done within the usual time */
  constructor(
    now: number,
    private readonly settle: () => void,
  ) {
    this.#emptyMs = this.#handledMs = now;
  }

  /** By the last look, ms: never goes back. */
  get ms(): number {
    return this.#handledMs;
  }

  /**
   * A look at the queues, after the sockets were read.
   * @param waiting packets that wait to be handled
   */
  look(now: number, waiting: number): void {
    const behindMs = now - this.#emptyMs;
    if (waiting === 0) {
      if (behindMs > USUAL_MS) this.settle();
      this.#emptyMs = Math.max(this.#emptyMs, now);
    }
    // Whatever waits for longer is dropped when its turn comes, so nothing waits for it.
    const handledMs = behindMs <= USUAL_MS ? now : Math.max(this.#emptyMs, now - MAX_BACKLOG_MS);
    this.#handledMs = Math.max(this.#handledMs, handledMs);
  }
}
