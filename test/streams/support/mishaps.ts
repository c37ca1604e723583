type Kind = 'video' | 'audio';

/** What befalls a call. Times are ms since its recording began. */
export interface Mishaps {
  /** The road is blocked; what was sent meanwhile comes at once at the end. */
  stalls: { from: number; to: number }[];
  /** A capture stands still, and its RTP clock with it. In order of time. */
  pauses: { from: number; to: number; kind: Kind }[];
}

export const NO_MISHAPS: Mishaps = { stalls: [], pauses: [] };

/** How long the capture of a kind has stood still up to a time. */
export function pausedMs({ pauses }: Mishaps, kind: Kind, at: number): number {
  const mine = pauses.filter((pause) => pause.kind === kind);
  return mine.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(at, to) - from), 0);
}

/** When what a track captures at a time of its own recording is captured. */
export function sentAt({ pauses }: Mishaps, kind: Kind, mediaMs: number): number {
  let at = mediaMs;
  for (const pause of pauses) if (pause.kind === kind && at > pause.from) at += pause.to - pause.from;
  return at;
}

/** When what is sent at a time gets through. */
export function blockedUntil({ stalls }: Mishaps, at: number): number {
  return stalls.find(({ from, to }) => at >= from && at < to)?.to ?? at;
}
