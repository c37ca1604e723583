/** The system's clock is read in whole milliseconds, rounded down: within one of them the two agree. */
const RESOLUTION_MS = 1;
/**
 * Behind the system's clock by up to this, the difference is made good slowly; by more, at once: the machine slept, or its clock
 * was set. No queue holds packets for as long, so that media clocks can tell the two apart (report-judge.ts), ms.
 */
const STEP_MS = 2000;
/** As the kernel slews its own clock (adjtime(3), 500 ppm): media clocks follow that, as they follow a sender's quartz. */
const CATCH_UP = 0.0005;
/** Time that goes a fiftieth slower does no harm to windows; in time that goes faster all media would be late. */
const WAIT_FOR = 0.02;

export interface TimeSources {
  /** The system's wall clock, whole ms since the epoch; it may be set at any time. */
  wallMs: () => number;
  /** Never goes back; may stand still while the machine sleeps. */
  monotonicMs: () => number;
}

/**
 * A wall clock that follows the system's and never goes back, so that no window is torn apart or begun twice. It is carried by
 * the monotonic clock. When the system's clock is ahead it catches up, at once after a sleep or a large set; when that was set
 * back, it waits for it by going a little slower. All processes of the machine that were there before agree by these rules; one
 * that starts while they differ from the system's clock is told by how much (`adopt`). Pure: both clocks are passed in.
 */
export class FollowingClock {
  readonly #sources: TimeSources;
  #nowMs: number;
  #monotonicMs: number;

  constructor(sources: TimeSources) {
    this.#sources = sources;
    this.#nowMs = sources.wallMs();
    this.#monotonicMs = sources.monotonicMs();
  }

  /** Server wall clock, ms since the epoch, fractional. */
  now(): number {
    const monotonicMs = this.#sources.monotonicMs();
    const wallMs = this.#sources.wallMs();
    const elapsed = Math.max(0, monotonicMs - this.#monotonicMs);
    this.#monotonicMs = monotonicMs;
    const carried = this.#nowMs + elapsed;
    const behind = wallMs - carried;
    const ahead = carried - wallMs - RESOLUTION_MS;
    let correction = 0;
    if (behind > STEP_MS) correction = behind;
    else if (behind > 0) correction = Math.min(behind, elapsed * CATCH_UP);
    else if (ahead > 0) correction = -Math.min(ahead, elapsed * WAIT_FOR);
    this.#nowMs = carried + correction;
    return this.#nowMs;
  }

  /** By how much this clock is ahead of the system's, ms; negative: behind. */
  get aheadMs(): number {
    return this.now() - this.#sources.wallMs();
  }

  /** Before anybody has read the clock: what the process that started this one is ahead by, ms. */
  adopt(aheadMs: number): void {
    const ownMs = this.aheadMs;
    // Within the resolution there is nothing to adopt.
    if (Math.abs(aheadMs - ownMs) > RESOLUTION_MS) this.#nowMs += aheadMs - ownMs;
  }
}
