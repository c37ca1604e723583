import type { Timed } from '../streams/types.js';
import { FACE_QUALITY, type FaceObservation } from './types.js';

const WINDOW_MS = 1000;
/**
 * Pictures in the last so many ms of a window are taken only where its last part has no other: what is settled before the window
 * ends can be encoded before it does.
 */
export const SETTLED_EARLY_MS = 120;

/** A picture in which a face was seen. */
export type Seen = Timed<FaceObservation> & {
  value: { crop: Uint8Array; box: NonNullable<FaceObservation['box']> };
};

export function isSeen(frame: Timed<FaceObservation>): frame is Seen {
  return frame.value.crop !== null && frame.value.box !== null;
}

/** A whole number for a picture's crop: no two pictures of a participant are within a sixteenth of a millisecond. */
export const cropId = (mediaTime: number): number => Math.round(mediaTime * 16);

/** How much a picture is worth to the network: the mean of its quality figures, 0..1. */
export function merit({ value }: Timed<FaceObservation>): number {
  return value.quality.reduce((sum, q) => sum + q, 0) / FACE_QUALITY.length;
}

/** The part of its window that a picture is in, counted from the first window, when each window has `parts` of them. */
const partOf = (mediaTime: number, parts: number): number => Math.floor((mediaTime * parts) / WINDOW_MS);

/** When the best picture of a part is settled, ms of media time. */
function settledAt(part: number, parts: number): number {
  const end = ((part + 1) * WINDOW_MS) / parts;
  return (part + 1) % parts === 0 ? end - SETTLED_EARLY_MS : end;
}

/**
 * Settles, as time goes on, which picture of each part of a window is shown to the network: the best one that came before the
 * part was over. One that comes afterwards is taken only if there was none. Pure: all times are passed in. Holds one picture.
 */
export class CropChooser {
  readonly #parts: number;
  readonly #phaseMs: number;
  #best: Seen | null = null;
  /** The newest part for which one is settled. */
  #settled = -Infinity;

  /**
   * @param parts crops per window
   * @param phaseMs windows begin so long after whole seconds, ms
   */
  constructor(parts: number, phaseMs = 0) {
    this.#parts = parts;
    this.#phaseMs = phaseMs;
  }

  /** @returns what is settled by it */
  add(frame: Timed<FaceObservation>): Seen[] {
    const out = this.reach(frame.mediaTime);
    const part = this.#partOf(frame);
    if (!isSeen(frame) || part <= this.#settled) return out;
    if (this.#best && this.#partOf(this.#best) > part) return out;
    if (!this.#best || merit(frame) > merit(this.#best)) this.#best = frame;
    out.push(...this.reach(frame.mediaTime));
    return out;
  }

  /** Media, or the clock, have come to this time. */
  reach(mediaTime: number): Seen[] {
    const best = this.#best;
    if (!best) return [];
    const part = this.#partOf(best);
    if (mediaTime - this.#phaseMs < settledAt(part, this.#parts)) return [];
    this.#best = null;
    this.#settled = part;
    return [best];
  }

  #partOf({ mediaTime }: { mediaTime: number }): number {
    return partOf(mediaTime - this.#phaseMs, this.#parts);
  }
}

/**
 * The pictures of a window that the network is shown, in order of time: those that are settled, then the best of the rest while
 * there is room. Where nothing was settled on the way (a recording that is read), what would have been.
 */
export function chosenCrops(frames: readonly Timed<FaceObservation>[], most: number, windowStartMs: number): Seen[] {
  const seen = frames.filter(isSeen);
  if (seen.length <= most) return seen;
  const chosen = new Set(seen.filter(({ value }) => value.settled));
  if (chosen.size === 0) {
    const chooser = new CropChooser(most, windowStartMs % WINDOW_MS);
    for (const frame of seen) for (const settled of chooser.add(frame)) chosen.add(settled);
    for (const settled of chooser.reach(Infinity)) chosen.add(settled);
  }
  for (const frame of [...seen].sort((a, b) => merit(b) - merit(a))) if (chosen.size < most) chosen.add(frame);
  return seen.filter((frame) => chosen.has(frame)).slice(0, most);
}
