import type { TrackState } from './types.js';

/** How far one modality's media have come. */
export class TrackProgress {
  on = false;
  paused = false;
  /** Newest media time that was reached, ms. */
  reachedMs = -Infinity;
  /** Newest arrival, server wall clock, ms. */
  #lastMs = -Infinity;
  /** Starts of the windows into which media fell. */
  readonly #touched = new Set<number>();

  constructor(private readonly windowMs: number) {}

  reach(fromMs: number, toMs: number, arrivalMs: number): void {
    this.reachedMs = Math.max(this.reachedMs, toMs);
    this.#lastMs = Math.max(this.#lastMs, arrivalMs);
    this.#touched.add(Math.floor(fromMs / this.windowMs) * this.windowMs);
    // A stretch [from, to) that ends on the edge is not in the window after it.
    if (toMs > fromMs) this.#touched.add((Math.ceil(toMs / this.windowMs) - 1) * this.windowMs);
  }

  /** Media are coming, so windows wait for them. */
  holds(now: number, stallMs: number): boolean {
    return this.on && !this.paused && now - this.#lastMs <= stallMs;
  }

  state(windowStart: number): TrackState {
    if (!this.on) return 'off';
    if (this.#touched.has(windowStart)) return 'live';
    // A muted track is off by its owner's wish; one that should bring media and does not is stalled.
    return this.paused ? 'off' : 'stalled';
  }

  forgetBefore(windowStart: number): void {
    for (const start of this.#touched) if (start < windowStart) this.#touched.delete(start);
  }

  clear(): void {
    this.reachedMs = -Infinity;
    this.#lastMs = -Infinity;
    this.#touched.clear();
  }
}
