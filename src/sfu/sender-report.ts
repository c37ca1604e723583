import type { SenderReport } from './types.js';

/** Seconds from the NTP epoch (1900) to the Unix epoch (1970), RFC 5905 figure 4. */
const NTP_TO_UNIX_SECONDS = 2_208_988_800;
const ERA_SECONDS = 2 ** 32;

/** NTP time of a sender report as ms since the Unix epoch. Era 1 begins in 2036: a clear top bit means it (RFC 4330 §3). */
export function ntpToUnixMs(seconds: number, fraction: number): number {
  const sinceEra0 = seconds < 0x8000_0000 ? seconds + ERA_SECONDS : seconds;
  return (sinceEra0 - NTP_TO_UNIX_SECONDS) * 1000 + (fraction / ERA_SECONDS) * 1000;
}

/**
 * Reads the `sr` trace of a mediasoup producer.
 * @param info the trace's `info`, whose fields mediasoup leaves untyped
 */
export function parseSenderReport(info: Record<string, unknown>, arrivalMs: number): SenderReport | undefined {
  const { ssrc, ntpSec, ntpFrac, rtpTs } = info;
  if (!isUint32(ssrc) || !isUint32(ntpSec) || !isUint32(ntpFrac) || !isUint32(rtpTs)) return undefined;
  const ntpMs = ntpSec === 0 && ntpFrac === 0 ? 0 : ntpToUnixMs(ntpSec, ntpFrac);
  return { ssrc, ntpMs, rtpTimestamp: rtpTs, arrivalMs };
}

/** As all of them are on the wire (RFC 3550 §6.4.1). */
function isUint32(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32;
}
