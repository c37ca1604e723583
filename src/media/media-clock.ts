import type { Meter } from '../common/metrics.js';
import { ArrivalFloor } from './arrival-floor.js';
import { MAX_LEAD_MS } from './report-judge.js';
import { TrackClock } from './track-clock.js';

/** The sender's NTP clock may drift against ours and the route may change: older delays say little, ms of evidence. */
const DELAY_WINDOW_MS = 30_000;

/**
 * The media clock of one participant. Media time is the sender's capture time on the server's wall clock: RTP timestamps
 * become the sender's NTP time by its sender reports (RFC 3550 §6.4.1), and NTP time becomes server time by one offset
 * that all tracks share, so that picture and sound keep together. The offset is the least of (arrival − NTP time) over
 * the last half minute, as in NTP's clock filter (RFC 5905 §10): queueing only ever adds delay. The fastest one-way trip
 * is thereby counted as none; without the sender's help it cannot be known.
 *
 * Pure: all times are passed in.
 */
export class MediaClock {
  readonly #meter: Meter;
  readonly #offset = new ArrivalFloor(DELAY_WINDOW_MS);
  readonly #tracks = new Set<TrackClock>();
  #evidenceMs = 0;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  /**
   * The clock of one of the participant's tracks.
   * @param clockRate RTP clock rate, Hz
   */
  track(clockRate: number): TrackClock {
    const track: TrackClock = new TrackClock(clockRate, {
      offset: (now) => this.#offset.at(now),
      evidence: () => this.#evidenceMs,
      addDelay: (delay, evidenceMs, at) => {
        this.#evidenceMs = Math.max(this.#evidenceMs, evidenceMs);
        this.#offset.add(delay, evidenceMs, at);
      },
      restart: (now) => {
        this.#restart(track, now);
      },
      retract: (now) => {
        if (!this.#others(track).some((other) => other.borneOut)) this.#restart(track, now);
      },
      ntpCorrection: (delay, now) => this.#ntpCorrection(track, delay, now),
      onStep: () => {
        this.#meter.count('emostream_media_clock_steps_total');
      },
      onRefused: (reason) => {
        this.#meter.count('emostream_dropped_total', { stage: 'media-clock', reason });
      },
      onClose: () => {
        this.#tracks.delete(track);
      },
    });
    this.#tracks.add(track);
    return track;
  }

  /** The offset is what this track tells from now on; the others tell anew how they are to it. */
  #restart(track: TrackClock, now: number): void {
    for (const other of this.#others(track)) other.forgetReports(now);
    this.#offset.clear();
  }

  #others(track: TrackClock): TrackClock[] {
    return [...this.#tracks].filter((other) => other !== track);
  }

  /**
   * By how much a track's NTP times are ahead of the participant's common NTP time line (whose origin is that of the
   * first report). Tracks differ when the sender's clock was stepped between their first reports.
   * @param delay the least (arrival − NTP time) of the track by its first report, ms
   */
  #ntpCorrection(track: TrackClock, delay: number, now: number): number {
    const common = this.#offset.at(now);
    if (common === null) return 0;
    const known = [0, ...this.#others(track).map((other) => other.correction)];
    const best = known.reduce((a, b) => (Math.abs(delay + b - common) < Math.abs(delay + a - common) ? b : a));
    // Further off than any encoder: it does not share the others' clock.
    return Math.abs(delay + best - common) < MAX_LEAD_MS ? best : common - delay;
  }
}
