import type { Clock } from '../common/clock.js';
import { TokenBucket } from '../common/token-bucket.js';

/** Sound is decoded as fast as it is spoken, and a little faster, for clocks and for what a network held back. */
const SHARE = 1.25;
const SAVED_MS = 3000;
const TICKS_PER_SECOND = 48_000;
/** Ticks of a frame by the two low bits of the configuration (RFC 6716 §3.1, table 2). */
const SILK_TICKS = [480, 960, 1920, 2880];
const HYBRID_TICKS = [480, 960, 480, 960];
const CELT_TICKS = [120, 240, 480, 960];

/** How long an Opus packet says that it lasts, in ticks of 48 kHz (RFC 6716 §3.1, §3.2). */
export function opusTicks(packet: Uint8Array): number {
  const toc = packet[0] ?? 0;
  const configuration = toc >> 3;
  const table = configuration < 12 ? SILK_TICKS : configuration < 16 ? HYBRID_TICKS : CELT_TICKS;
  const code = toc & 3;
  const frames = code === 0 ? 1 : code === 3 ? (packet[1] ?? 0) & 0x3f : 2;
  return frames * (table[configuration & 3] as number);
}

/**
 * Bounds how much sound is decoded of a track in a second: packets of 120 ms at the packet rate of a flood would be minutes.
 * A token is a tick.
 */
export const soundBudget = (clock: Clock): TokenBucket =>
  new TokenBucket((SAVED_MS / 1000) * TICKS_PER_SECOND, SHARE * TICKS_PER_SECOND, clock);
