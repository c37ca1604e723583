/** NTP and RTP of two reports agree within this, ms: senders take the one a little after the other. */
export const AGREE_MS = 100;
/** A report says by how much the RTP clock fell behind, and the packets' lateness says it too, within this, ms. */
const SAME_PAUSE_MS = 150;
/** The fastest packet of a track follows the moment that it shows by at most this, ms: encoders take their time. */
export const MAX_LEAD_MS = 500;
/** A first report that is later than the packets by more is no measure of them: its RTP time is behind theirs, ms. */
const MAX_FIRST_LATE_MS = 200;
/** A report that is later than this says nothing about the setting of a wall clock, ms. */
const MAX_SETTING_LATE_MS = 1000;
/** A report that is this late is of no use, ms. */
const MAX_REPORT_DELAY_MS = 10_000;
/** No queue on the way holds this much for ever, ms: who is late by more, at the usual pace, has slept. */
const SLEPT_MS = 2000;

/** A report that was believed. */
export interface Anchor {
  /** Its NTP time less its RTP time, ms. */
  ntpLessRtpMs: number;
  ntpMs: number;
  /** Another report agreed with it. */
  borneOut: boolean;
}

/** A sender report beside what the packets and the last report say. All in ms. */
export interface ReportView {
  arrivalMs: number;
  /** By how much it is later than the fastest packets, by its RTP time. */
  late: number;
  /** By how much the fastest packets of this track are behind the participant's fastest. */
  lead: number;
  /** Null for the first report of an RTP clock. */
  last: {
    /** Another report agreed with it. */
    borneOut: boolean;
    /** By how much the RTP clock fell behind NTP since then; negative: it ran ahead. */
    behind: number;
    /** How much later this one was made. */
    agoMs: number;
    /** By how much it is later than the fastest arrival, by its NTP time. */
    ntpLate: number;
  } | null;
  /** By how much the RTP clock fell behind since the last report, as far as packets tell; 0: it did not. */
  sinceMs: number;
  /** Of that, what may still turn out to have been the road; null: nothing. */
  pausedMs: number | null;
  /** When the packets' line began. */
  lineStartMs: number;
  /** It began when a capture that had paused went on. */
  lineAfterPause: boolean;
  /** By how much the newest packets are late; null: they are not. */
  latenessMs: number | null;
  /** When a packet was last on time. */
  onTimeMs: number;
}

export type ReportVerdict =
  | 'believed'
  /** The sender set its wall clock; RTP goes on. */
  | 'wall-clock-set'
  /** The capture stood still for as long as the packets are late. */
  | 'paused'
  /** What the packets showed as a pause was the road. */
  | 'resumed'
  /** Both of the sender's clocks stood still. */
  | 'slept'
  /** It contradicts the one report before it, and either may be wrong. */
  | 'afresh'
  /** Packets that are still to come will tell. */
  | 'open'
  | 'stale'
  | 'absurd';

/**
 * What a sender report tells about the sender's clocks. A report is never believed against the packets: they cannot arrive
 * before they were captured, and when they are on time their RTP clock goes on as it did. Pure.
 */
export function judgeReport(view: ReportView): ReportVerdict {
  const { last, late, lead } = view;
  if (!last) {
    // From within a pause: it does not know how long that went on.
    if (view.lineAfterPause && view.arrivalMs < view.lineStartMs) return 'stale';
    return late < -MAX_LEAD_MS || late > MAX_FIRST_LATE_MS ? 'absurd' : 'believed';
  }
  const { behind, ntpLate } = last;
  if (view.sinceMs > 0) return judgePause(view, behind);
  if (Math.abs(behind) <= AGREE_MS) {
    // A repeated or overtaken report.
    if (last.agoMs <= 0) return 'stale';
    return ntpLate < -AGREE_MS || ntpLate > MAX_REPORT_DELAY_MS ? 'absurd' : 'believed';
  }
  if (behind > 0 && ntpLate >= -AGREE_MS) {
    // The RTP clock stood still, if the packets say so too.
    if (view.latenessMs !== null && Math.abs(view.latenessMs - behind) <= SAME_PAUSE_MS) return 'paused';
    if (view.arrivalMs - view.onTimeMs >= behind - AGREE_MS) return 'open';
    return last.borneOut ? 'absurd' : 'afresh';
  }
  if (!last.borneOut) return 'afresh';
  // The packets' clock goes on as it did, so it is the sender's wall clock that was set.
  if (late > MAX_SETTING_LATE_MS) return 'stale';
  return late + lead < -AGREE_MS ? 'absurd' : 'wall-clock-set';
}

/** The packets say that the RTP clock stood still; what does the report say? */
function judgePause(view: ReportView, behind: number): ReportVerdict {
  if (Math.abs(behind - view.sinceMs) <= SAME_PAUSE_MS) return 'believed';
  // Made, or under way, before the clock went on.
  if (view.arrivalMs < view.lineStartMs + AGREE_MS) return 'stale';
  const pausedMs = view.pausedMs ?? 0;
  if (pausedMs === 0 || Math.abs(behind - (view.sinceMs - pausedMs)) > AGREE_MS) return 'absurd';
  return pausedMs > SLEPT_MS ? 'slept' : 'resumed';
}
