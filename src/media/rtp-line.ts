import { ArrivalFloor } from './arrival-floor.js';
import { type Cause, Deviation } from './deviation.js';

/** The fastest trip is looked for in so much evidence, ms: a route may change, and old trips say little about the new one. */
const FLOOR_WINDOW_MS = 30_000;
/** When no packet in so much evidence was on time, the line is where they are, ms. */
const LEFT_BEHIND_MS = 1500;
/** A packet is late when it is more behind the fastest than this, and than four times the mean difference between trips, ms. */
const LATE_MS = 80;
/** By how much the lateness of packets from one queue differs by itself: this, or three times the mean difference, ms. */
const SPREAD_MS = 60;
/** A packet that is ahead of the fastest by more than this, ms, is believed when another one agrees. */
const EARLY_MS = { sound: 100, pictures: 200 };
/** Timestamps that go back by more than this are no reordering, as that of pictures that build on later ones, ms. */
const BACK_MS = { sound: 100, pictures: 300 };
/** At most so much evidence comes with one packet, ms. */
const MAX_EVIDENCE_MS = 1000;

/** A line that was left, until it is sure that it was. */
interface Left {
  floor: ArrivalFloor;
  /** (arrival − RTP time) of the new line when it began, ms. */
  leastMs: number;
  byMs: number;
  evidenceMs: number;
}

/** How long a new line may still turn out to have been a backlog, ms of evidence. */
const PROBATION_MS = 10_000;

/** What a packet did to the line. */
export type LineChange =
  | 'none'
  /** The RTP clock stood still for `shiftMs`: the sender's reports will say so too. */
  | 'paused'
  /** The RTP clock was set: nothing that was known of it holds. */
  | 'set'
  /** What was taken for a pause was a backlog. */
  | 'resumed';

/**
 * The line that the packets of one RTP clock follow: RTP time plus a constant is the earliest arrival. A packet can be late for
 * many reasons and early for none, so one that is late says nothing about the clock; what does is told by `Deviation`. Where
 * none is on time any more the line is drawn anew. Pure: times are passed in, packets in order of their sequence.
 */
export class RtpLine {
  /** Evidence so far, ms: media that came at the pace at which they were made. */
  evidenceMs: number;
  #floor = new ArrivalFloor(FLOOR_WINDOW_MS);
  /** The same of late. */
  #recent = new ArrivalFloor(LEFT_BEHIND_MS);
  #startMs = -Infinity;
  #last: { rtpMs: number; value: number } | null = null;
  #lastArrivalMs = -Infinity;
  #onTimeMs = -Infinity;
  /** Mean difference between the trips of successive packets, as RFC 3550 §6.4.1 has it, ms. */
  #jitterMs = 0;
  #intervalMs = 0;
  #afterPause = false;
  #run: Deviation | null = null;
  #left: Left | null = null;
  readonly #backMs: number;
  readonly #earlyMs: number;

  constructor(kind: 'sound' | 'pictures', evidenceMs: number) {
    this.#backMs = BACK_MS[kind];
    this.#earlyMs = EARLY_MS[kind];
    this.evidenceMs = evidenceMs;
  }

  /** When the line began, ms: what arrived before follows the one before it. */
  get startMs(): number {
    return this.#startMs;
  }

  /** It began when a capture that had paused went on. */
  get afterPause(): boolean {
    return this.#afterPause;
  }

  /** The times of the newest packets wait for more of them. */
  get open(): boolean {
    return this.#run?.open === true;
  }

  /** The newest packet's timestamp jumped, and nothing confirms it yet. */
  get doubtful(): boolean {
    return this.#run?.cause === 'jump';
  }

  /** When a packet last came that was not late, ms. */
  get onTimeMs(): number {
    return this.#onTimeMs;
  }

  /** By how much the packets are behind now, at least, ms; null when they are on time. */
  latenessMs(now: number): number | null {
    const floor = this.at(now);
    return this.#run && floor !== null && this.#run.cause !== 'jump' ? this.#run.least - floor : null;
  }

  /** By how much the clock fell behind when this line began, as far as the packets tell; null when that is certain or past. */
  get pausedMs(): number | null {
    return this.#left?.byMs ?? null;
  }

  /** The least (arrival − RTP time), ms; null before the first packet. */
  at(now: number): number | null {
    return this.#floor.at(now);
  }

  /** @param overtaken a later packet came before it: how late it is says how it was sent again, and nothing of the clock */
  packet(rtpMs: number, arrivalMs: number, overtaken = false): LineChange {
    const value = arrivalMs - rtpMs;
    const floor = this.at(arrivalMs);
    if (floor === null || !this.#last) {
      this.#startMs = arrivalMs;
      this.#accept(rtpMs, arrivalMs);
      return 'none';
    }
    const late = value - floor;
    const limit = Math.max(LATE_MS, 4 * this.#jitterMs);
    if (late <= limit && late >= -Math.max(this.#earlyMs, limit)) {
      this.#run = null;
      this.#onTimeMs = arrivalMs;
      const drop = this.#last.value - value;
      // A backlog gets less late by what was made between two packets, one of which may be lost: more is a clock set by a little.
      const skipped = rtpMs - this.#last.rtpMs > 2.2 * this.#intervalMs;
      if (this.#left && skipped && drop > this.#spread) this.#left.leastMs -= drop;
      this.#measure(rtpMs, value);
      this.#accept(rtpMs, arrivalMs);
      return this.#doubt(arrivalMs);
    }
    if (overtaken && late > 0) return 'none';
    const jumped = late < 0 || rtpMs < this.#last.rtpMs - this.#backMs;
    if (!this.#run?.add(rtpMs, arrivalMs) || (late < 0 && this.#run.cause !== 'jump')) {
      const silence = arrivalMs - this.#lastArrivalMs >= late - this.#spread;
      this.#begin(jumped ? 'jump' : silence ? 'silence' : 'queue', rtpMs, arrivalMs, late);
    }
    if (this.#run?.cause !== 'jump') this.#accept(rtpMs, arrivalMs);
    const change = this.#conclude(rtpMs, arrivalMs);
    return change === 'none' ? this.#catchUp(arrivalMs, limit) : change;
  }

  /** Time passes without a packet. */
  expire(now: number): LineChange {
    if (!this.#run || this.#run.verdict !== 'open') return 'none';
    this.#run.expire(now);
    return this.#conclude(this.#last?.rtpMs ?? 0, this.#lastArrivalMs);
  }

  /** The sender says that its clock stood still for as long as the packets are late. */
  follow(now: number): void {
    this.#left = null;
    if (this.#run) this.#restart(this.#run.least, this.#run.startMs, now);
  }

  /** It is sure that the line is the right one. */
  confirm(): void {
    this.#left = null;
  }

  /** What was taken for a pause was the road. */
  resume(): void {
    if (!this.#left) return;
    this.#floor = this.#left.floor;
    this.#left = null;
    this.#startMs = -Infinity;
    const at = this.#lastArrivalMs;
    this.#run = new Deviation('queue', this.#last?.rtpMs ?? 0, at, at, this.#spread, 0);
  }

  get #spread(): number {
    return Math.max(SPREAD_MS, 3 * this.#jitterMs);
  }

  #begin(cause: Cause, rtpMs: number, arrivalMs: number, late: number): void {
    const openSinceMs = this.#run?.verdict === 'open' ? this.#run.openSinceMs : arrivalMs;
    const overdue = late / Math.max(1, this.#intervalMs);
    this.#run = new Deviation(cause, rtpMs, arrivalMs, openSinceMs, this.#spread, overdue);
  }

  #conclude(rtpMs: number, now: number): LineChange {
    const run = this.#run;
    if (run?.verdict !== 'clock') return 'none';
    const before = this.#floor;
    const byMs = run.least - (before.at(now) ?? 0);
    this.#restart(run.least, run.startMs, now);
    if (run.cause === 'jump') {
      this.#left = null;
      this.#accept(rtpMs, now);
      return 'set';
    }
    this.#left = { floor: before, leastMs: run.least, byMs, evidenceMs: this.evidenceMs };
    return 'paused';
  }

  /**
   * A capture that is starved stands still again and again, for moments that none of its reports and no cadence tells apart from a
   * queue; and media of a queue that stays are of no use as long as their time is that of the fastest trip. @param limit on time, ms
   */
  #catchUp(now: number, limit: number): LineChange {
    const recent = this.#recent.at(now);
    if (recent === null || recent - (this.at(now) ?? recent) <= limit) return 'none';
    this.#left = null;
    this.#restart(recent, now, now);
    return 'set';
  }

  #restart(least: number, startMs: number, now: number): void {
    this.#floor = new ArrivalFloor(FLOOR_WINDOW_MS);
    this.#recent = new ArrivalFloor(LEFT_BEHIND_MS);
    for (const floor of [this.#floor, this.#recent]) floor.add(least, this.evidenceMs, now);
    this.#startMs = startMs;
    this.#onTimeMs = now;
    this.#afterPause = this.#run?.cause !== 'jump';
    this.#run = null;
  }

  /** A backlog goes on becoming less late; a clock that stood still does not. */
  #doubt(now: number): LineChange {
    const left = this.#left;
    if (!left) return 'none';
    if ((this.at(now) ?? 0) < left.leastMs - this.#spread) {
      this.resume();
      return 'resumed';
    }
    if (this.evidenceMs - left.evidenceMs > PROBATION_MS) this.#left = null;
    return 'none';
  }

  #measure(rtpMs: number, value: number): void {
    const last = this.#last;
    if (!last || rtpMs <= last.rtpMs) return;
    this.#jitterMs += (Math.min(200, Math.abs(value - last.value)) - this.#jitterMs) / 16;
    // A silence is not how often something comes.
    const interval = Math.min(rtpMs - last.rtpMs, this.#intervalMs === 0 ? Infinity : 2 * this.#intervalMs);
    this.#intervalMs += (interval - this.#intervalMs) / (this.#intervalMs === 0 ? 1 : 8);
  }

  #accept(rtpMs: number, arrivalMs: number): void {
    const last = this.#last;
    const elapsed = last ? Math.min(arrivalMs - this.#lastArrivalMs, rtpMs - last.rtpMs) : 0;
    this.evidenceMs += Math.max(0, Math.min(MAX_EVIDENCE_MS, elapsed));
    for (const floor of [this.#floor, this.#recent]) floor.add(arrivalMs - rtpMs, this.evidenceMs, arrivalMs);
    if (!last || rtpMs > last.rtpMs || rtpMs < last.rtpMs - this.#backMs)
      this.#last = { rtpMs, value: arrivalMs - rtpMs };
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, arrivalMs);
  }
}
