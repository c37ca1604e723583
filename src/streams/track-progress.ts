import type { TrackState } from './types.js';
import { nextEdge, WINDOW_MS, windowStart } from '../common/window-start.js';

/** So many distances between pictures are looked back on. */
const INTERVALS = 8;
/** Of the shortest of them, this share is taken as certain to pass before the next picture. */
const CERTAIN = 0.8;
/** A slower camera is not taken at its word: it may speed up, ms. */
const MAX_INTERVAL_MS = 250;

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

  /** @param phaseMs windows begin so long after whole seconds, ms */
  constructor(private readonly phaseMs: number) {}

  /** Distances between the newest pictures, ms. */
  readonly #intervals: number[] = [];

  /**
   * No media before this time are still to be expected, ms. Sound covers its own length; a picture covers the time until
   * the next one is due: a window need not wait for the first picture after it, which comes up to 200 ms later at five
   * pictures a second. Should a picture come sooner than any of the last few did, it may be late, and is counted.
   */
  get coveredMs(): number {
    if (this.#intervals.length < INTERVALS) return this.reachedMs;
    return this.reachedMs + CERTAIN * Math.min(MAX_INTERVAL_MS, ...this.#intervals);
  }

  reach(fromMs: number, toMs: number, arrivalMs: number): void {
    if (fromMs === toMs && fromMs > this.reachedMs && Number.isFinite(this.reachedMs)) {
      this.#intervals.push(fromMs - this.reachedMs);
      if (this.#intervals.length > INTERVALS) this.#intervals.shift();
    }
    this.reachedMs = Math.max(this.reachedMs, toMs);
    this.#lastMs = Math.max(this.#lastMs, arrivalMs);
    this.#touched.add(windowStart(fromMs, this.phaseMs));
    // A stretch [from, to) that ends on the edge is not in the window after it.
    if (toMs > fromMs) this.#touched.add(nextEdge(toMs, this.phaseMs) - WINDOW_MS);
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
    this.#intervals.length = 0;
    this.#lastMs = -Infinity;
    this.#touched.clear();
  }
}
