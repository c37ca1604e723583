import { LOG_FLOOR, normaliseLogMel, type MelBlock } from '../features/log-mel.js';
import { MEL_BANDS, MEL_FRAMES } from '../features/types.js';
import type { Rng } from './rng.js';

/** A live window comes each second. */
const HOP_FRAMES = 100;
const WINDOW = MEL_FRAMES * MEL_BANDS;

/**
 * The window of the live path in which the clip begins at frame `at` (negative: it began before); where the clip is not, is
 * silence.
 * @returns MEL_FRAMES × MEL_BANDS of log mel power
 */
export function layAt({ mel, frames }: MelBlock, at: number): Float32Array {
  const canvas = new Float32Array(WINDOW).fill(LOG_FLOOR);
  const from = Math.max(0, -at);
  const to = Math.min(frames, MEL_FRAMES - at);
  if (to > from) canvas.set(mel.subarray(from * MEL_BANDS, to * MEL_BANDS), (at + from) * MEL_BANDS);
  return canvas;
}

/**
 * Draws where in a window a clip begins: anywhere, with as much of it inside as there is room for.
 * @param slack frames that may be cut off beyond that, at either end
 */
export function drawPlace(frames: number, rng: Rng, slack = 0): number {
  const low = Math.min(0, MEL_FRAMES - frames) - slack;
  const high = Math.max(0, MEL_FRAMES - frames) + slack;
  return low + rng.below(high - low + 1);
}

/** What `layAt` gives, as the network reads it. @returns MEL_FRAMES × MEL_BANDS, normalised */
export function windowAt(clip: MelBlock, at: number): Float32Array {
  return normaliseLogMel(layAt(clip, at), MEL_FRAMES);
}

/**
 * Where, in frames, the windows end in which a clip is judged: with the clip, and each second before that until its beginning is
 * heard. So each second of sound is in the same place in all of them, as in a call.
 */
export function clipEnds(frames: number): number[] {
  const count = 1 + Math.ceil(Math.max(0, frames - MEL_FRAMES) / HOP_FRAMES);
  return Array.from({ length: count }, (_, i) => frames - (count - 1 - i) * HOP_FRAMES);
}

/**
 * The windows in which a clip is judged: a short one in a single window that ends with it, a long one in one for each second.
 * @returns count × MEL_FRAMES × MEL_BANDS
 */
export function clipWindows(clip: MelBlock): Float32Array {
  const ends = clipEnds(clip.frames);
  const windows = new Float32Array(ends.length * WINDOW);
  ends.forEach((end, i) => windows.set(windowAt(clip, MEL_FRAMES - end), i * WINDOW));
  return windows;
}
