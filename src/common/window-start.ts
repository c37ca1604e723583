export const WINDOW_MS = 1000;

/** The start of the window that a time is in, ms, where windows begin `phaseMs` after whole seconds. */
export function windowStart(timeMs: number, phaseMs: number): number {
  return Math.floor((timeMs - phaseMs) / WINDOW_MS) * WINDOW_MS + phaseMs;
}

/** The first edge between two windows that is not before this time, ms. */
export function nextEdge(timeMs: number, phaseMs: number): number {
  return -windowStart(-timeMs, -phaseMs);
}
