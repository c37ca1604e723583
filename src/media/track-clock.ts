import type { SenderReport } from '../sfu/types.js';
import { AGREE_MS, judgeReport, MAX_LEAD_MS, type ReportView } from './report-judge.js';
import { RtpLine } from './rtp-line.js';
import { SerialUnwrapper } from './serial-number.js';
import type { SharedClock } from './shared-clock.js';
import { SlewedValue } from './slewed-value.js';

/** Reports and packets come by different roads: how far apart they may get here, ms. */
const ORDER_MS = 200;
/** A report that nothing bears out is forgotten after so long, ms. */
const PENDING_MS = 10_000;
/** So many refused reports in a row that agree with each other are not faulty: our picture of the clocks is. */
const MAX_REFUSED = 3;

interface Anchor {
  ntpLessRtpMs: number;
  ntpMs: number;
  /** Another report agreed with it. */
  borneOut: boolean;
}

/**
 * Maps the RTP timestamps of one track to media time. One stream at a time; a new SSRC must `reset` it.
 *
 * Packets say when media were captured at the latest; a line under them (`RtpLine`) is the mapping, less the track's `lead`, the
 * time from capture to the fastest arrival beyond that of the participant's fastest track. Reports say what the lead is, and
 * whether packets that are late come from a clock that stood still. They are believed only as far as packets bear them out, so
 * the order in which the two get here does not matter, and a report that lies moves no track by more than MAX_LEAD_MS.
 */
export class TrackClock {
  readonly #ticksPerMs: number;
  readonly #shared: SharedClock;
  readonly #unwrap = new SerialUnwrapper(32);
  readonly #kind: 'sound' | 'pictures';
  #line: RtpLine;
  /** Media time − RTP time, as used now. */
  readonly #base = new SlewedValue();
  /** That of the line before, for what arrived before this one began. */
  #baseBefore: number | null = null;
  /** The last report's NTP time − RTP time, ms, and NTP time. */
  #anchor: Anchor | null = null;
  /** By how much the RTP clock fell behind since the last report, by the packets alone, ms. */
  #sinceMs = 0;
  #lead = 0;
  #correction = 0;
  /** A report that nothing that came so far bears out. */
  #pending: SenderReport | null = null;
  #refused: number[] = [];

  constructor(clockRate: number, shared: SharedClock) {
    this.#ticksPerMs = clockRate / 1000;
    this.#shared = shared;
    // That of all video (RFC 7741 §6.1, RFC 6184 §8.1); sound is never sent in another order than it is heard in.
    this.#kind = clockRate === 90_000 ? 'pictures' : 'sound';
    this.#line = new RtpLine(this.#kind, shared.evidence());
  }

  /** What is added to this track's (arrival − NTP time) to make it the participant's, ms. */
  get correction(): number {
    return this.#correction;
  }

  /** How far this track's evidence has come, ms. */
  get evidenceMs(): number {
    return this.#line.evidenceMs;
  }

  /** The times of the newest packets are not known yet: they wait for the next ones, or for `expire`. */
  get open(): boolean {
    return this.#line.open;
  }

  /** A packet arrived. Call it for each in order of sequence, before `mediaTime` of its timestamp. */
  packet(timestamp: number, arrivalMs: number): void {
    const rtpMs = this.#unwrap.peek(timestamp) / this.#ticksPerMs;
    const lead = this.#currentLead(arrivalMs);
    this.#follow(this.#line.packet(rtpMs, arrivalMs), lead, arrivalMs);
    // A timestamp that nothing confirms is not counted from, and moves no other track.
    const sure = !this.#line.doubtful;
    if (sure) this.#unwrap.next(timestamp);
    if (sure && this.#synchronised) this.#tell(arrivalMs - rtpMs, lead, arrivalMs);
    this.#retry(arrivalMs);
    this.#settle(arrivalMs);
  }

  /** Time passes without a packet. */
  expire(now: number): void {
    const lead = this.#currentLead(now);
    this.#follow(this.#line.expire(now), lead, now);
  }

  /** A sender report of this very stream. */
  report(report: SenderReport): void {
    const { ntpMs, arrivalMs } = report;
    // "NTP 0": the sender has no clock (RFC 3550 §6.4.1).
    if (ntpMs === 0) return this.#shared.onRefused('report-without-clock');
    if (![ntpMs, arrivalMs, report.rtpTimestamp].every(Number.isFinite) || ntpMs < 0) {
      return this.#shared.onRefused('absurd-report');
    }
    const verdict = this.#judge(report);
    if (verdict === 'stale') return this.#shared.onRefused('stale-report');
    if (verdict === 'absurd') this.#refuse(report);
    this.#pending = verdict === 'believed' ? null : report;
    if (verdict === 'believed') this.#refused = [];
    this.#settle(arrivalMs);
  }

  /**
   * Media time of an RTP timestamp, ms since the epoch.
   * @param arrivalMs when it arrived, server wall clock: media are not captured after that
   */
  mediaTime(timestamp: number, arrivalMs: number): number {
    const rtpMs = this.#unwrap.peek(timestamp) / this.#ticksPerMs;
    this.#settle(arrivalMs);
    const base = arrivalMs < this.#line.startMs ? (this.#baseBefore ?? this.#base.value) : this.#base.value;
    return base === null ? arrivalMs : Math.min(rtpMs + base, arrivalMs);
  }

  /** Another stream follows (new SSRC): its RTP clock has nothing to do with the old one's, its encoder has. */
  reset(): void {
    this.#lead = this.#currentLead(this.#base.at);
    this.#unwrap.reset();
    this.#line = new RtpLine(this.#kind, this.#line.evidenceMs);
    this.#base.set(null, -Infinity);
    this.#baseBefore = null;
    this.#anchor = null;
    this.#sinceMs = 0;
    this.#refused = [];
  }

  close(): void {
    this.#shared.onClose();
  }

  /** The last report holds for the packets that come now. */
  get #synchronised(): boolean {
    return this.#anchor !== null && this.#sinceMs === 0 && this.#line.pausedMs === null;
  }

  #follow(change: ReturnType<RtpLine['packet']>, lead: number, now: number): void {
    if (change === 'none') return;
    this.#lead = lead;
    if (change === 'resumed') {
      this.#sinceMs = 0;
    } else if (change === 'paused') {
      this.#sinceMs += this.#line.pausedMs ?? 0;
    } else {
      this.#anchor = null;
      this.#sinceMs = 0;
    }
    this.#moved(now);
  }

  /** Another line is followed: at once, for what follows it is on it now. */
  #moved(now: number): void {
    this.#baseBefore = this.#base.value;
    this.#base.set(this.#target(now), now);
    this.#shared.onStep();
  }

  /** The other tracks profit from a fast trip; not from a clock that was set. */
  #tell(value: number, lead: number, arrivalMs: number): void {
    const offset = this.#shared.offset(arrivalMs);
    const delay = this.#delay(value);
    if (offset !== null && delay < offset - AGREE_MS) {
      this.#anchor = null;
      this.#lead = lead;
    } else {
      this.#shared.addDelay(delay, this.evidenceMs, arrivalMs);
    }
  }

  /** The participant's (arrival − NTP time) of a track's (arrival − RTP time), ms. */
  #delay(value: number): number {
    return value - (this.#anchor?.ntpLessRtpMs ?? 0) + this.#correction;
  }

  /** The fastest arrival of this track less that of the participant's fastest, ms. */
  #currentLead(now: number): number {
    const floor = this.#line.at(now);
    const offset = this.#shared.offset(now);
    if (!this.#synchronised || floor === null || offset === null) return this.#lead;
    const lead = this.#delay(floor) - offset;
    // Further off than any encoder: the two do not speak of the same clock.
    return lead > MAX_LEAD_MS ? this.#lead : Math.max(0, lead);
  }

  #target(now: number): number | null {
    const floor = this.#line.at(now);
    return floor === null ? null : floor - this.#currentLead(now);
  }

  #settle(now: number): void {
    const target = this.#target(now);
    if (target !== null && this.#base.follow(target, now, this.#line.startMs)) this.#shared.onStep();
  }

  /** What a report could not be borne out by, later packets may. */
  #retry(now: number): void {
    const pending = this.#pending;
    if (!pending || this.#line.open) return;
    if (this.#judge(pending) === 'believed') {
      this.#pending = null;
      this.#refused = [];
    } else if (this.#line.onTimeMs > pending.arrivalMs + ORDER_MS || now > pending.arrivalMs + PENDING_MS) {
      this.#pending = null;
    }
  }

  /** Judges a report, and does what follows from it. */
  #judge(report: SenderReport): 'believed' | 'open' | 'stale' | 'absurd' {
    const { ntpMs, arrivalMs } = report;
    const floor = this.#line.at(arrivalMs);
    if (floor === null) return 'open';
    const rtpMs = this.#unwrap.peek(report.rtpTimestamp) / this.#ticksPerMs;
    const anchor = { ntpLessRtpMs: ntpMs - rtpMs, ntpMs, borneOut: this.#anchor !== null };
    const verdict = judgeReport(this.#view(anchor, arrivalMs, arrivalMs - rtpMs - floor));
    const lead = this.#currentLead(arrivalMs);
    switch (verdict) {
      case 'open':
      case 'stale':
      case 'absurd':
        return verdict;
      case 'afresh':
        this.#anchor = null;
        this.#lead = 0;
        this.#shared.restart();
        return this.#judge(report);
      case 'wall-clock-set':
        this.#correction += anchor.ntpLessRtpMs - (this.#anchor?.ntpLessRtpMs ?? 0);
        break;
      case 'paused':
        this.#line.follow(Math.max(arrivalMs, this.#base.at));
        this.#lead = lead;
        break;
      case 'resumed':
        this.#line.resume();
        break;
      case 'slept':
        this.#shared.restart();
        break;
      case 'believed':
        if (this.#anchor) break;
        this.#correction = this.#shared.ntpCorrection(
          Math.min(arrivalMs - ntpMs, floor - anchor.ntpLessRtpMs),
          arrivalMs,
        );
    }
    this.#believe(anchor, arrivalMs);
    if (verdict === 'paused' || verdict === 'resumed') this.#moved(arrivalMs);
    return 'believed';
  }

  #view(report: Anchor, arrivalMs: number, late: number): ReportView {
    const line = this.#line;
    const last = this.#anchor;
    const ntpDelay = arrivalMs - report.ntpMs + this.#correction;
    return {
      arrivalMs,
      late,
      lead: this.#currentLead(arrivalMs),
      last: last && {
        borneOut: last.borneOut,
        behind: report.ntpLessRtpMs - last.ntpLessRtpMs,
        agoMs: report.ntpMs - last.ntpMs,
        ntpLate: ntpDelay - (this.#shared.offset(arrivalMs) ?? ntpDelay),
      },
      sinceMs: this.#sinceMs,
      pausedMs: line.pausedMs,
      lineStartMs: line.startMs,
      latenessMs: line.latenessMs(arrivalMs),
      onTimeMs: line.onTimeMs,
    };
  }

  #believe(anchor: Anchor, arrivalMs: number): void {
    this.#anchor = anchor;
    this.#sinceMs = 0;
    this.#line.confirm();
    const floor = this.#line.at(arrivalMs) as number;
    this.#shared.addDelay(this.#delay(floor), this.evidenceMs, arrivalMs);
    this.#shared.addDelay(arrivalMs - anchor.ntpMs + this.#correction, this.evidenceMs, arrivalMs);
  }

  #refuse(report: SenderReport): void {
    this.#shared.onRefused('absurd-report');
    const difference = report.ntpMs - report.rtpTimestamp / this.#ticksPerMs;
    this.#refused = this.#refused.filter((other) => Math.abs(other - difference) <= AGREE_MS);
    this.#refused.push(difference);
    if (this.#refused.length < MAX_REFUSED) return;
    this.#lead = this.#currentLead(report.arrivalMs);
    this.#refused = [];
    this.#anchor = null;
    this.#sinceMs = 0;
  }
}
