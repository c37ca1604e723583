/** Small errors are slewed: 50 ms per second is not seen in one-second windows. */
const SLEW = 0.05;
const STEP_MS = 40;
/** A new estimate gets better fast, and nobody has seen the old one for long: until then it moves faster, ms. */
const START_MS = 2000;
const START_SLEW = 0.5;
const START_STEP_MS = 100;

/** A clock's offset, ms, that follows its estimate: slewed over a small error, stepped over a large one. */
export class SlewedValue {
  #value: number | null = null;
  #at = -Infinity;

  /** Null before the first estimate. */
  get value(): number | null {
    return this.#value;
  }

  /** How far the time has come, ms. */
  get at(): number {
    return this.#at;
  }

  /**
   * @param startMs when that which is estimated began
   * @returns whether it stepped
   */
  follow(target: number, now: number, startMs: number): boolean {
    const elapsed = this.#at === -Infinity ? 0 : Math.max(0, now - this.#at);
    this.#at = Math.max(this.#at, now);
    this.#value ??= target;
    const error = target - this.#value;
    const starting = now - startMs < START_MS;
    if (Math.abs(error) > (starting ? START_STEP_MS : STEP_MS)) {
      this.#value = target;
      return true;
    }
    const most = elapsed * (starting ? START_SLEW : SLEW);
    this.#value += Math.max(-most, Math.min(most, error));
    return false;
  }

  /** Another thing is estimated from now on. */
  set(value: number | null, now: number): void {
    this.#value = value;
    this.#at = Math.max(this.#at, now);
  }
}
