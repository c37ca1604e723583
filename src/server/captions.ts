import { EmostreamError } from '../common/errors.js';

/** Words older than this belong to no window that could still be revised. */
export const MAX_CAPTION_AGE_MS = 60_000;
/** A recogniser may give a segment an end a little after it hands it over. */
const FUTURE_TOLERANCE_MS = 1000;

/**
 * Maps a caption's times from the client's clock to the server's, without synchronising clocks: the client says on its own
 * clock how long before sending the words were said, and the server counts that back from the arrival.
 * @returns times on the server's clock, ms; start ≤ end ≤ arrival, start at most 60 s before arrival
 * @throws EmostreamError BAD_MESSAGE naming the field
 */
export function captionTimes(
  caption: { startMs: number; endMs: number; sentMs: number },
  arrivalMs: number,
): { startMs: number; endMs: number } {
  const { startMs, endMs, sentMs } = caption;
  if (![startMs, endMs, sentMs].every(Number.isFinite))
    throw new EmostreamError('BAD_MESSAGE', 'startMs, endMs: must be ms');
  if (startMs > endMs) throw new EmostreamError('BAD_MESSAGE', 'startMs: must not be after endMs');
  if (endMs > sentMs + FUTURE_TOLERANCE_MS) throw new EmostreamError('BAD_MESSAGE', 'endMs: must not be after sentMs');
  if (sentMs - endMs > MAX_CAPTION_AGE_MS) {
    throw new EmostreamError('BAD_MESSAGE', `endMs: must not be more than ${MAX_CAPTION_AGE_MS} ms before sentMs`);
  }
  const toServer = (clientMs: number) =>
    Math.min(arrivalMs, Math.max(arrivalMs - MAX_CAPTION_AGE_MS, arrivalMs - (sentMs - clientMs)));
  return { startMs: toServer(startMs), endMs: toServer(endMs) };
}
