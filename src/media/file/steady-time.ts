/** Times that differ so much from where the last frame ended are looked at twice, ms. */
const JUMP_MS = 10_000;
/** A frame before one that was given already by no more than this is a decoder's reordering, ms. */
const SLACK_MS = 1;

/**
 * Times of one stream's frames as they should be: rising, and within the recording. Broken timestamps (joined transport streams,
 * cameras whose clock was set, forged files) would else make hours of nothing of a few seconds, or end it. Pure.
 */
export class SteadyTime {
  readonly #limitMs: number;
  #shiftMs = 0;
  #endMs = 0;
  #lastMs = -Infinity;
  /** Jumps that were taken out. */
  repaired = 0;

  /** @param durationMs of the whole recording, as it says; null: it does not */
  constructor(durationMs: number | null) {
    this.#limitMs = durationMs === null ? Infinity : durationMs + JUMP_MS;
  }

  /**
   * @param timeMs as the frame says; null: it does not
   * @param lengthMs until the next one is due
   * @returns its time; null: it is of before, and not to be taken
   */
  follow(timeMs: number | null, lengthMs: number): number | null {
    let time = timeMs === null ? this.#endMs : timeMs + this.#shiftMs;
    const jump = time - this.#endMs;
    const isOut = time > this.#limitMs || (this.#limitMs === Infinity && jump > JUMP_MS);
    if (jump < -JUMP_MS || isOut) {
      this.repaired += 1;
      this.#shiftMs -= jump;
      time = this.#endMs;
    }
    // What is before the first moment is for decoders to begin with.
    if (time < this.#lastMs + SLACK_MS || time + lengthMs < 0) return null;
    this.#lastMs = time;
    this.#endMs = time + lengthMs;
    return Math.max(0, time);
  }
}
