/** A clock has changed when what deviates came at its own pace for so long, ms. */
const CADENCE_MS = 60;
/** A road that was blocked lets go of what it held at once: when nothing more comes for so long, it held nothing, ms. */
const BACKLOG_MS = 80;
/** The longest that the time of a packet is left open, ms: windows wait 150 ms for what is late. */
const OPEN_MS = 120;
/** Timestamps that jumped belong together when their lateness differs by no more, ms. */
const SAME_JUMP_MS = 150;

/**
 * How packets left the line of the others. `jump`: their timestamps jumped, against their order or to before they could be
 * captured; no road does that. `silence`: nothing came for as long as they are late, as when a capture pauses or a road is
 * blocked. `queue`: they came later and later, as from a queue that fills.
 */
export type Cause = 'jump' | 'silence' | 'queue';

/**
 * A run of packets that are off the line of the earlier ones, and what it proves. A blocked road lets go of a backlog: packets
 * come faster than they were made, and each is less late than the one before. When a capture paused there is no backlog, and
 * they come at their own pace, all equally late. Pure: times are passed in.
 */
export class Deviation {
  /** `network`: the packets are late, the clock is as it was. `clock`: their clock was set or stood still. */
  verdict: 'open' | 'network' | 'clock';
  /** The least and the latest (arrival − RTP time), ms. */
  least: number;
  readonly #first: number;
  #last: number;
  #lastRtpMs: number;
  #instants = 1;
  #released = false;

  /**
   * @param openSinceMs since when the times of packets wait, this run's or earlier ones', ms
   * @param tolerance by how much the lateness of packets differs by itself, ms
   * @param overdue packets that should have been made in the time by which the first is late, were there no pause
   */
  constructor(
    readonly cause: Cause,
    rtpMs: number,
    readonly startMs: number,
    readonly openSinceMs: number,
    private readonly tolerance: number,
    private readonly overdue: number,
  ) {
    this.#first = this.#last = this.least = startMs - rtpMs;
    this.#lastRtpMs = rtpMs;
    this.verdict = cause === 'queue' ? 'network' : 'open';
    this.#released = startMs - openSinceMs >= OPEN_MS;
  }

  /** The packets' times wait for a verdict. */
  get open(): boolean {
    return this.verdict === 'open' && !this.#released;
  }

  /** The next packet; false when it is not in line with the run. */
  add(rtpMs: number, arrivalMs: number): boolean {
    const value = arrivalMs - rtpMs;
    if (this.cause === 'jump' && Math.abs(value - this.#last) > Math.max(SAME_JUMP_MS, this.tolerance)) return false;
    if (this.cause === 'silence' && value > this.#last + this.tolerance) return false;
    this.least = Math.min(this.least, value);
    if (rtpMs !== this.#lastRtpMs) this.#instants++;
    this.#last = value;
    this.#lastRtpMs = rtpMs;
    this.#released ||= arrivalMs - this.openSinceMs >= OPEN_MS;
    if (this.verdict !== 'open' || this.#instants < 2) return true;
    if (this.cause === 'jump') this.verdict = 'clock';
    else if (this.#first - value > this.tolerance) this.verdict = 'network';
    else if (arrivalMs - this.startMs >= CADENCE_MS) this.verdict = 'clock';
    return true;
  }

  /** Time passes without a packet. */
  expire(now: number): void {
    const waited = now - this.startMs;
    if (this.verdict !== 'open') return;
    if (this.cause === 'silence' && this.#instants === 1 && this.overdue >= 2 && waited >= BACKLOG_MS) {
      this.verdict = 'clock';
    }
    this.#released ||= now - this.openSinceMs >= OPEN_MS;
  }
}
