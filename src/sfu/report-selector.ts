import type { SenderReport } from './types.js';

/** More encodings than any simulcast has (RFC 8853 leaves the number open; browsers send up to 3). */
const MAX_STREAMS = 8;
/**
 * A report and a packet on the same RTP clock, compared with their arrivals, agree within this. Clocks start at random
 * values (RFC 3550 §5.1), so another stream's report is within it with a chance of 2 × 10 s × 90 kHz / 2³² = 0.04 %.
 */
const SAME_CLOCK_MS = 10_000;

export interface ReportSelectorOptions {
  /** RTP clock rate, Hz. */
  clockRate: number;
  /** With a single encoding every report of the producer is the right one. */
  simulcast: boolean;
  deliver: (report: SenderReport) => void;
}

/**
 * Finds the sender reports that speak of the RTP clock of the tapped packets.
 *
 * Each simulcast encoding has its own SSRC and its own RTP clock, and mediasoup sends all of them on under one. In
 * `SimulcastProducerStreamManager.cpp` the first layer sent is the timestamp reference and goes unshifted, but a layer that
 * was aimed at and never sent can be the reference too, with the packets shifted onto *its* clock. So the layer says which
 * stream to prefer, and the timestamps decide.
 */
export class ReportSelector {
  readonly #options: ReportSelectorOptions;
  readonly #newest = new Map<number, SenderReport>();
  #preferred: number | undefined;
  #packet: { timestamp: number; arrivalMs: number } | undefined;
  #chosen: number | undefined;

  constructor(options: ReportSelectorOptions) {
    this.#options = options;
  }

  /** The SSRC of the encoding that is being sent, once it is known. */
  prefer(ssrc: number | undefined): void {
    this.#preferred = ssrc;
    this.#choose();
  }

  packet(timestamp: number, arrivalMs: number): void {
    if (!this.#options.simulcast) return;
    this.#packet = { timestamp, arrivalMs };
    if (this.#chosen === undefined) this.#choose();
  }

  report(report: SenderReport): void {
    if (!this.#options.simulcast) return this.#options.deliver(report);
    if (!this.#newest.has(report.ssrc) && this.#newest.size === MAX_STREAMS) return;
    this.#newest.set(report.ssrc, report);
    const before = this.#chosen;
    this.#choose();
    if (report.ssrc === this.#chosen && before === this.#chosen) this.#options.deliver(report);
  }

  /** Chooses anew; a newly chosen stream's latest report is delivered at once. */
  #choose(): void {
    const chosen = this.#match();
    if (chosen === this.#chosen) return;
    this.#chosen = chosen;
    const report = chosen === undefined ? undefined : this.#newest.get(chosen);
    if (report) this.#options.deliver(report);
  }

  #match(): number | undefined {
    const preferred = this.#preferred === undefined ? undefined : this.#newest.get(this.#preferred);
    if (preferred && this.#onClock(preferred)) return preferred.ssrc;
    const chosen = this.#chosen === undefined ? undefined : this.#newest.get(this.#chosen);
    if (chosen && this.#onClock(chosen)) return chosen.ssrc;
    for (const report of this.#newest.values()) if (this.#onClock(report)) return report.ssrc;
    return undefined;
  }

  #onClock(report: SenderReport): boolean {
    if (!this.#packet) return false;
    // Difference modulo 2^32, as a signed number.
    const ticks = (this.#packet.timestamp - report.rtpTimestamp) | 0;
    const mediaMs = (ticks / this.#options.clockRate) * 1000;
    return Math.abs(mediaMs - (this.#packet.arrivalMs - report.arrivalMs)) < SAME_CLOCK_MS;
  }
}
