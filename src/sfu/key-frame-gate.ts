import type { Clock } from '../common/clock.js';
import type { Schedule } from '../common/schedule.js';

export { scheduleTimeout } from '../common/schedule.js';

export interface KeyFrameGateDeps {
  /** Shortest time between two requests, ms. */
  intervalMs: number;
  clock: Clock;
  /** Sends one request. */
  request: () => void;
  schedule: Schedule;
}

/**
 * Key frames are expensive for the sender, and a decoder in trouble asks for one at every packet. The first request goes
 * out at once; those within the interval after it become one, sent when the interval is over.
 */
export class KeyFrameGate {
  readonly #deps: KeyFrameGateDeps;
  #lastMs = -Infinity;
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(deps: KeyFrameGateDeps) {
    this.#deps = deps;
  }

  ask(): void {
    if (this.#closed || this.#cancel) return;
    const waitMs = this.#lastMs + this.#deps.intervalMs - this.#deps.clock();
    if (waitMs <= 0) return this.#send();
    this.#cancel = this.#deps.schedule(waitMs, () => {
      this.#cancel = undefined;
      this.#send();
    });
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #send(): void {
    this.#lastMs = this.#deps.clock();
    this.#deps.request();
  }
}
