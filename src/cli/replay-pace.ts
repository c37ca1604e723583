import type { RoomEvent } from '../events/schema.js';

/** An event, and when it is to be published, ms since the epoch. */
export interface Due {
  atMs: number;
  event: RoomEvent;
}

/** Longer nothing was recorded: it is not waited for as long again, ms. */
const LONGEST_PAUSE_MS = 10_000;

/** When an event was published: a window at its end. What came later than that (words that revise) comes in the file's order. */
const recordedAt = (event: RoomEvent): number => ('window' in event ? event.window.end : event.at);

/**
 * Recorded events as they come once more, at their own pace or so many times as fast. Their times are moved on as a whole, so that the
 * first window ends now; between them they are as they were. Pure.
 */
export function* paced(
  events: Iterable<RoomEvent>,
  { speed, nowMs }: { speed: number; nowMs: number },
): Generator<Due> {
  let last: { recordedMs: number; atMs: number } | undefined;
  let shiftMs = 0;
  for (const event of events) {
    const recordedMs = recordedAt(event);
    if (!last) {
      shiftMs = Math.round(nowMs - recordedMs);
      last = { recordedMs, atMs: nowMs };
    }
    const passedMs = Math.max(0, Math.min(LONGEST_PAUSE_MS, recordedMs - last.recordedMs));
    const atMs = last.atMs + passedMs / speed;
    last = { recordedMs: Math.max(last.recordedMs, recordedMs), atMs };
    yield { atMs, event: moved(event, shiftMs) };
  }
}

function moved(event: RoomEvent, byMs: number): RoomEvent {
  if (!('window' in event)) return { ...event, at: event.at + byMs };
  const { start, end } = event.window;
  return { ...event, window: { start: start + byMs, end: end + byMs } };
}
