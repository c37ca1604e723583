import type { SenderReport } from '../sfu/types.js';
import { SerialUnwrapper } from './serial-number.js';
import { SlidingMinimum } from './sliding-minimum.js';

/** What the tracks of one participant share; see MediaClock. */
export interface SharedClock {
  /** Server time − the common NTP time, ms; null before any report. */
  offset(): number | null;
  addDelay(delay: number, at: number): void;
  ntpCorrection(delay: number): number;
  onStep(): void;
  onRefused(reason: 'absurd-report' | 'stale-report'): void;
  onClose(): void;
}

/** The mapping moves at most so fast towards a better one: 50 ms per second is not seen in one-second windows. */
const SLEW = 0.05;
/** At the start the estimate gets better fast, and nobody has seen the old one for long: until then it moves faster, ms. */
const START_MS = 2000;
const START_SLEW = 0.5;
/** An error of more than this is stepped over at once, and counted: slewing would take longer than it is worth, ms. */
const STEP_MS = 1000;
/** Before the first report: the least delay of so many ms of packets. */
const ARRIVAL_WINDOW_MS = 10_000;
/** Two reports disagree between NTP and RTP: one of the clocks was set, ms. */
const CLOCK_SET_MS = 100;
/** Most that a plausible report differs from the packets' own timing, ms. */
const IMPLAUSIBLE_MS = 5000;
/** So many packets in a row, each further off than STEP_MS × 1.5, prove that the RTP clock was set. */
const CONTRADICTIONS = 25;
/** After so many refused reports in a row the next is believed. */
const MAX_REFUSED = 3;

interface Anchor {
  /** The sender's own NTP time, ms. */
  ntpMs: number;
  rtpMs: number;
  arrivalMs: number;
}

/** Maps the RTP timestamps of one track to media time. One stream at a time; a new SSRC must `reset` it. */
export class TrackClock {
  readonly #ticksPerMs: number;
  readonly #shared: SharedClock;
  readonly #unwrap = new SerialUnwrapper(32);
  readonly #arrivals = new SlidingMinimum(ARRIVAL_WINDOW_MS);
  /** Media time − RTP time, ms, as used now; null before the first packet or report. */
  #base: number | null = null;
  #begunAt = 0;
  #slewedAt = 0;
  #anchor: Anchor | null = null;
  #newest: { rtpMs: number; arrivalMs: number } | null = null;
  #correction = 0;
  #contradictions = 0;
  #refused = 0;

  constructor(clockRate: number, shared: SharedClock) {
    this.#ticksPerMs = clockRate / 1000;
    this.#shared = shared;
  }

  /** False while the mapping rests on arrival times only. */
  get synchronised(): boolean {
    return this.#anchor !== null;
  }

  /** What is added to this track's (arrival − NTP time) to make it the participant's, ms. */
  get correction(): number {
    return this.#correction;
  }

  /** A packet arrived. Call it for each, before `mediaTime` of its timestamp. */
  packet(timestamp: number, arrivalMs: number): void {
    const rtpMs = this.#unwrap.next(timestamp) / this.#ticksPerMs;
    if (this.#contradicts(rtpMs, arrivalMs)) return;
    if (!this.#newest || rtpMs > this.#newest.rtpMs) this.#newest = { rtpMs, arrivalMs };
    this.#arrivals.add(arrivalMs - rtpMs, arrivalMs);
    this.#boundOffset(rtpMs, arrivalMs);
    this.#settle(arrivalMs);
  }

  /** A sender report of this very stream. */
  report(report: SenderReport): void {
    const { ntpMs, arrivalMs } = report;
    if (![ntpMs, arrivalMs, report.rtpTimestamp].every(Number.isFinite) || ntpMs <= 0) {
      this.#shared.onRefused('absurd-report');
      return;
    }
    const timestamp = report.rtpTimestamp;
    const rtpMs = (this.#newest ? this.#unwrap.peek(timestamp) : this.#unwrap.next(timestamp)) / this.#ticksPerMs;
    const next: Anchor = { ntpMs, rtpMs, arrivalMs };
    if (!this.#accept(next)) return;
    this.#refused = 0;
    if (!this.#anchor) this.#correction = this.#shared.ntpCorrection(arrivalMs - ntpMs);
    this.#anchor = next;
    this.#shared.addDelay(arrivalMs - this.#ntp(rtpMs), arrivalMs);
    this.#settle(arrivalMs);
  }

  /**
   * Media time of an RTP timestamp, ms since the epoch.
   * @param now server wall clock, ms; how far the slewing has come
   */
  mediaTime(timestamp: number, now: number): number {
    const rtpMs = this.#unwrap.peek(timestamp) / this.#ticksPerMs;
    this.#settle(now);
    return rtpMs + (this.#base ?? now - rtpMs);
  }

  /** Another stream follows (new SSRC): its RTP clock has nothing to do with the old one's. */
  reset(): void {
    this.#unwrap.reset();
    this.#arrivals.clear();
    this.#base = null;
    this.#anchor = null;
    this.#newest = null;
    this.#contradictions = 0;
    this.#refused = 0;
  }

  close(): void {
    this.#shared.onClose();
  }

  /** Media cannot arrive before they are captured, so packets bound the offset as reports do, and come more often. */
  #boundOffset(rtpMs: number, arrivalMs: number): void {
    const offset = this.#shared.offset();
    if (!this.#anchor || offset === null) return;
    const delay = arrivalMs - this.#ntp(rtpMs);
    // A single wrong timestamp must not move every track of the participant.
    if (delay > offset - CLOCK_SET_MS) this.#shared.addDelay(delay, arrivalMs);
  }

  /** The participant's common NTP time of an RTP time, by the last report. */
  #ntp(rtpMs: number): number {
    const anchor = this.#anchor as Anchor;
    return anchor.ntpMs - this.#correction + (rtpMs - anchor.rtpMs);
  }

  #target(): number | null {
    const offset = this.#shared.offset();
    if (this.#anchor && offset !== null) return this.#ntp(0) + offset;
    return this.#arrivals.value;
  }

  #settle(now: number): void {
    const target = this.#target();
    if (target === null) return;
    const elapsed = Math.max(0, now - this.#slewedAt);
    this.#slewedAt = Math.max(this.#slewedAt, now);
    if (this.#base === null) {
      this.#base = target;
      this.#begunAt = now;
      return;
    }
    const error = target - this.#base;
    if (Math.abs(error) > STEP_MS) {
      this.#base = target;
      this.#shared.onStep();
    } else {
      const most = elapsed * (now - this.#begunAt < START_MS ? START_SLEW : SLEW);
      this.#base += Math.max(-most, Math.min(most, error));
    }
  }

  /** A packet whose time is impossible says nothing; many in a row say that the RTP clock was set (some stop when muted). */
  #contradicts(rtpMs: number, arrivalMs: number): boolean {
    const contradicts = this.#base !== null && Math.abs(arrivalMs - rtpMs - this.#base) > STEP_MS * 1.5;
    this.#contradictions = contradicts ? this.#contradictions + 1 : 0;
    if (this.#contradictions < CONTRADICTIONS) return contradicts;
    // Begin again with arrival times.
    this.#contradictions = 0;
    this.#anchor = null;
    this.#newest = null;
    this.#arrivals.clear();
    this.#shared.onStep();
    this.#base = arrivalMs - rtpMs;
    return false;
  }

  #accept(next: Anchor): boolean {
    const reason = this.#reasonToRefuse(next);
    if (reason === null) return true;
    this.#shared.onRefused(reason);
    if (reason === 'stale-report') return false;
    if (++this.#refused < MAX_REFUSED) return false;
    // They keep coming: it is our picture that is wrong. Unless the packets themselves contradict.
    this.#anchor = null;
    return this.#fitsPackets(next);
  }

  #reasonToRefuse(next: Anchor): 'absurd-report' | 'stale-report' | null {
    const anchor = this.#anchor;
    if (anchor) {
      const ntp = next.ntpMs - anchor.ntpMs;
      const rtp = next.rtpMs - anchor.rtpMs;
      const arrival = next.arrivalMs - anchor.arrivalMs;
      const disagreement = ntp - rtp;
      if (Math.abs(disagreement) <= CLOCK_SET_MS) {
        // The clocks agree with each other: a repeated or overtaken report, or a good one.
        if (ntp <= 0 && ntp > -IMPLAUSIBLE_MS) return 'stale-report';
      } else if (Math.abs(rtp - arrival) < IMPLAUSIBLE_MS && Math.abs(ntp - arrival) > Math.abs(rtp - arrival)) {
        // The sender's NTP clock was stepped; its RTP clock goes on, and so does media time.
        this.#correction += disagreement;
      } else if (Math.abs(ntp - arrival) >= IMPLAUSIBLE_MS) {
        return 'absurd-report';
      } else {
        // The RTP clock was set, NTP goes on: the new report is the truth about timestamps from now on.
        return null;
      }
    }
    return this.#fitsPackets(next) ? null : 'absurd-report';
  }

  /** The report's RTP time is where the packets' RTP time has got to, give or take. */
  #fitsPackets(next: Anchor): boolean {
    if (!this.#newest) return true;
    const expected = this.#newest.rtpMs + (next.arrivalMs - this.#newest.arrivalMs);
    return Math.abs(next.rtpMs - expected) < IMPLAUSIBLE_MS;
  }
}
