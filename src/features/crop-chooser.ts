import type { Timed } from '../streams/types.js';
import { nextSide } from './crop-sides.js';
import { FACE_QUALITY, type CropSide, type FaceObservation } from './types.js';

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

/** One that is shown to the network. */
export interface ShownFace {
  frame: Seen;
  side: CropSide;
}

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

const windowOf = (part: number, parts: number): number => Math.floor(part / parts);

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
  /** Of those settled in the window of the newest. */
  #sides: CropSide[] = [];

  /**
   * @param parts crops per window
   * @param phaseMs windows begin so long after whole seconds, ms
   */
  constructor(parts: number, phaseMs = 0) {
    this.#parts = parts;
    this.#phaseMs = phaseMs;
  }

  /** @returns what is settled by it */
  add(frame: Timed<FaceObservation>): ShownFace[] {
    const out = this.reach(frame.mediaTime);
    const part = this.#partOf(frame);
    if (!isSeen(frame) || part <= this.#settled) return out;
    if (this.#best && this.#partOf(this.#best) > part) return out;
    if (!this.#best || merit(frame) > merit(this.#best)) this.#best = frame;
    out.push(...this.reach(frame.mediaTime));
    return out;
  }

  /** Media, or the clock, have come to this time. */
  reach(mediaTime: number): ShownFace[] {
    const best = this.#best;
    if (!best) return [];
    const part = this.#partOf(best);
    if (mediaTime - this.#phaseMs < settledAt(part, this.#parts)) return [];
    this.#best = null;
    if (windowOf(part, this.#parts) !== windowOf(this.#settled, this.#parts)) this.#sides = [];
    this.#settled = part;
    const side = nextSide(this.#sides);
    this.#sides.push(side);
    return [{ frame: best, side }];
  }

  #partOf({ mediaTime }: { mediaTime: number }): number {
    return partOf(mediaTime - this.#phaseMs, this.#parts);
  }
}

/**
 * The pictures of a window that the network is shown, in order of time, and which way round: those that are settled, then the
 * best of the rest while there is room. Where nothing was settled on the way (a recording that is read), what would have been.
 */
export function chosenCrops(
  frames: readonly Timed<FaceObservation>[],
  most: number,
  windowStartMs: number,
): ShownFace[] {
  const seen = frames.filter(isSeen);
  if (seen.length <= most) return withSides(seen);
  const chosen = new Set(seen.filter(({ value }) => value.settled));
  if (chosen.size === 0) {
    const chooser = new CropChooser(most, windowStartMs % WINDOW_MS);
    for (const seenFrame of seen) for (const { frame } of chooser.add(seenFrame)) chosen.add(frame);
    for (const { frame } of chooser.reach(Infinity)) chosen.add(frame);
  }
  for (const frame of [...seen].sort((a, b) => merit(b) - merit(a))) if (chosen.size < most) chosen.add(frame);
  return withSides(seen.filter((frame) => chosen.has(frame)).slice(0, most));
}

/** Those that are settled keep their side; the others make up for it. */
function withSides(frames: readonly Seen[]): ShownFace[] {
  const sides = frames.flatMap(({ value }) => value.settled ?? []);
  return frames.map((frame) => {
    const side = frame.value.settled ?? nextSide(sides);
    if (!frame.value.settled) sides.push(side);
    return { frame, side };
  });
}
