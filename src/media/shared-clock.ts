/** What the tracks of one participant share; see MediaClock. */
export interface SharedClock {
  /** Server time − the common NTP time, ms; null before any report. */
  offset(now: number): number | null;
  /** How far the evidence of all tracks has come, ms. */
  evidence(): number;
  addDelay(delay: number, evidenceMs: number, at: number): void;
  /** The sender's own clock stood still: what was known of its offset is void. */
  restart(now: number): void;
  /** What this track told of the offset was wrong: it is void, unless another track's reports bear it out. */
  retract(now: number): void;
  ntpCorrection(delay: number, now: number): number;
  onStep(): void;
  onRefused(reason: 'absurd-report' | 'stale-report' | 'report-without-clock'): void;
  onClose(): void;
}
