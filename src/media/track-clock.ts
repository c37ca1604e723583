import type { SenderReport } from '../sfu/types.js';
import { RefusedReports } from './refused-reports.js';
import { AGREE_MS, type Anchor, judgeReport, MAX_LEAD_MS, type ReportView } from './report-judge.js';
import { RtpLine } from './rtp-line.js';
import type { SharedClock } from './shared-clock.js';
import { SlewedValue } from './slewed-value.js';
import { TimestampUnwrapper } from './timestamp-unwrapper.js';

/** Reports and the packets' lateness tell the length of a pause no better than this, ms. */
const EXACT_MS = 10;
/** Reports and packets come by different roads: how far apart they may get here, ms. */
const ORDER_MS = 200;
/** A report that nothing bears out is forgotten after so long, ms. */
const PENDING_MS = 10_000;

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
  readonly #unwrap = new TimestampUnwrapper();
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
  readonly #refused = new RefusedReports();

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

  /** Reports agree with each other. */
  get borneOut(): boolean {
    return this.#anchor?.borneOut === true;
  }

  /** How far this track's evidence has come, ms. */
  get evidenceMs(): number {
    return this.#line.evidenceMs;
  }

  /** The times of the newest packets are not known yet: they wait for the next ones, or for `expire`. */
  get open(): boolean {
    return this.#line.open;
  }

  /** A packet arrived (`overtaken` by later ones). Call it for each in order of sequence, before `mediaTime` of its timestamp. */
  packet(timestamp: number, arrivalMs: number, overtaken = false): void {
    const floor = this.#line.at(arrivalMs);
    const ticks = this.#unwrap.next(timestamp, floor === null ? null : (arrivalMs - floor) * this.#ticksPerMs);
    const rtpMs = ticks / this.#ticksPerMs;
    const lead = this.#currentLead(arrivalMs);
    this.#follow(this.#line.packet(rtpMs, arrivalMs, overtaken), lead, arrivalMs);
    const { doubtful } = this.#line;
    this.#unwrap.count(ticks, doubtful);
    if (!doubtful && this.#synchronised) this.#tell(arrivalMs - rtpMs, lead, arrivalMs);
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
    if (verdict === 'believed') this.#refused.clear();
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
    this.forgetReports(this.#base.at);
    this.#unwrap.reset();
    this.#line = new RtpLine(this.#kind, this.#line.evidenceMs);
    this.#base.set(null, -Infinity);
    this.#baseBefore = null;
  }

  /** What reports told is void; the next one is as the first. */
  forgetReports(now: number): void {
    this.#lead = this.#currentLead(now);
    this.#anchor = null;
    this.#sinceMs = 0;
    this.#refused.clear();
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
      this.#refused.clear();
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
    const view = this.#view(anchor, arrivalMs, arrivalMs - rtpMs - floor);
    const verdict = judgeReport(view);
    const lead = this.#currentLead(arrivalMs);
    if (verdict === 'open' || verdict === 'stale' || verdict === 'absurd') return verdict;
    switch (verdict) {
      case 'afresh':
        this.#anchor = null;
        this.#lead = 0;
        this.#shared.retract(arrivalMs);
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
        this.#shared.restart(arrivalMs);
        break;
      case 'believed':
        if (this.#anchor) break;
        this.#correction = this.#shared.ntpCorrection(
          Math.min(arrivalMs - ntpMs, floor - anchor.ntpLessRtpMs),
          arrivalMs,
        );
    }
    // A report from within a pause does not know how long that went on.
    const pausedMs = verdict === 'paused' ? view.latenessMs : view.sinceMs;
    const wentOnMs = view.last && arrivalMs < this.#line.startMs ? (pausedMs ?? 0) - view.last.behind : 0;
    this.#believe(anchor, arrivalMs);
    if (wentOnMs > EXACT_MS) this.#sinceMs = wentOnMs;
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
      lineAfterPause: line.afterPause,
      latenessMs: line.latenessMs(arrivalMs),
      onTimeMs: line.onTimeMs,
    };
  }

  #believe(anchor: Anchor, arrivalMs: number): void {
    const first = !this.#anchor;
    this.#anchor = anchor;
    this.#sinceMs = 0;
    this.#line.confirm();
    // Later reports may be of a clock that has just stopped: the packets before do not follow it.
    const floor = this.#line.at(arrivalMs);
    if (first && floor !== null) this.#shared.addDelay(this.#delay(floor), this.evidenceMs, arrivalMs);
    this.#shared.addDelay(arrivalMs - anchor.ntpMs + this.#correction, this.evidenceMs, arrivalMs);
  }

  #refuse(report: SenderReport): void {
    this.#shared.onRefused('absurd-report');
    if (this.#refused.add(report.ntpMs - report.rtpTimestamp / this.#ticksPerMs)) this.forgetReports(report.arrivalMs);
  }
}
