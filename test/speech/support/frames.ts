import { FRAME_SAMPLES, type HeardSound } from '../../../src/speech/index.js';

export const FRAME_MS = 32;

/**
 * Frames by a drawing, one a character: `#` speech, `.` silence, `+` sound that is not (yet) held for speech, ` ` none at all
 * (a gap).
 */
export function frames(drawing: string, startMs = 0): HeardSound[] {
  return [...drawing].flatMap((mark, i) => {
    if (mark === ' ') return [];
    const samples = new Float32Array(FRAME_SAMPLES).fill(mark === '.' ? 1e-4 : 0.1);
    const mediaTime = startMs + i * FRAME_MS;
    return [{ mediaTime, arrivalMs: mediaTime, decodedMs: mediaTime, samples, speech: mark === '#' }];
  });
}
