export interface KeyFrameRequesterOptions {
  /** Shortest time between two requests, ms. */
  minIntervalMs: number;
  /** The interval doubles with each unanswered request, up to this, ms. */
  maxIntervalMs: number;
  send: () => void;
}

/** Asks for key frames, but never floods a sender: rate-limited, and backing off while no answer comes. Pure. */
export class KeyFrameRequester {
  readonly #options: KeyFrameRequesterOptions;
  #wanted = false;
  #interval: number;
  #notBefore = -Infinity;

  constructor(options: KeyFrameRequesterOptions) {
    this.#options = options;
    this.#interval = options.minIntervalMs;
  }

  /** A key frame is needed; asks at once if it may. */
  want(now: number): void {
    this.#wanted = true;
    this.tick(now);
  }

  /** A key frame was decoded. */
  satisfied(): void {
    this.#wanted = false;
    this.#interval = this.#options.minIntervalMs;
  }

  tick(now: number): void {
    if (!this.#wanted || now < this.#notBefore) return;
    this.#notBefore = now + this.#interval;
    this.#interval = Math.min(this.#interval * 2, this.#options.maxIntervalMs);
    this.#options.send();
  }
}
