import { AGREE_MS } from './report-judge.js';

/** So many refused reports in a row that agree with each other are not faulty: our picture of the clocks is. */
const MAX_REFUSED = 3;

/** Sender reports that were refused one after the other. */
export class RefusedReports {
  #ntpLessRtp: number[] = [];

  /**
   * @param ntpLessRtpMs NTP time less RTP time, as they stand in the report, ms
   * @returns whether so many agree that they are to be believed
   */
  add(ntpLessRtpMs: number): boolean {
    this.#ntpLessRtp = this.#ntpLessRtp.filter((other) => Math.abs(other - ntpLessRtpMs) <= AGREE_MS);
    this.#ntpLessRtp.push(ntpLessRtpMs);
    return this.#ntpLessRtp.length >= MAX_REFUSED;
  }

  clear(): void {
    this.#ntpLessRtp = [];
  }
}
