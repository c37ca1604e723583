import { EMOTIONS } from '../common/emotions.js';

/**
 * Exponential smoothing of score vectors in media time, for display. With time constant τ and a step of Δt the new value
 * weighs 1 − exp(−Δt/τ) (first-order low-pass, e.g. Brown 1959). A window without scores leaves the state; after
 * `FORGET_AFTER` time constants of nothing it starts anew, as an old mood is no evidence for a new one.
 */
const FORGET_AFTER = 5;

export class ScoreSmoother {
  #state: number[] | null = null;
  #lastMs = 0;

  /** @param timeConstantMs τ in ms; 0 switches smoothing off */
  constructor(private readonly timeConstantMs: number) {}

  /**
   * @param probabilities distribution over EMOTIONS, or null when no modality was present
   * @param endMs the window's end, media time
   * @returns the smoothed distribution, null until there was one
   */
  next(probabilities: readonly number[] | null, endMs: number): number[] | null {
    const elapsed = endMs - this.#lastMs;
    if (this.#state && elapsed > FORGET_AFTER * Math.max(this.timeConstantMs, 1000)) this.#state = null;
    if (!probabilities) return this.#state ? [...this.#state] : null;
    if (!this.#state || this.timeConstantMs === 0) {
      this.#state = [...probabilities];
    } else {
      const weight = 1 - Math.exp(-Math.max(elapsed, 0) / this.timeConstantMs);
      this.#state = EMOTIONS.map((_, i) => {
        const old = this.#state?.[i] ?? 0;
        return old + weight * ((probabilities[i] ?? 0) - old);
      });
    }
    this.#lastMs = endMs;
    return [...this.#state];
  }
}
