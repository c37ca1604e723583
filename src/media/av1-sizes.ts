import { readAv1Frame } from './av1-frame.js';
import { DECODED_TYPES, FRAME, FRAME_HEADER, readObus, SEQUENCE_HEADER, TEMPORAL_DELIMITER } from './av1-obu.js';
import { type Av1Sequence, readAv1Sequence } from './av1-sequence.js';
import type { PictureCost, PictureSizes } from './picture-cost.js';
import { codedPixels } from './reference-sizes.js';

/**
 * Of AV1: each frame has the largest size of its sequence, or says its own, or has that of a picture before it. The largest of a
 * picture's frames counts. A decoder passes over frames without a word (of layers outside its operating point, or without all of
 * their tiles), and a picture that is shown again may take all places (AV1 §7.21): so which places hold what cannot be known from
 * headers, and a size is forgotten only with the decoder: a smaller key frame gets a new one.
 */
export class Av1Sizes implements PictureSizes {
  #sequence: Av1Sequence | null = null;
  /** The largest of what the decoder may hold, pixels. */
  #largest = 0;
  #pixels = 0;

  read(data: Uint8Array): PictureCost | null {
    let told = 0;
    let frames = 0;
    let takesOver = false;
    let sequences = 0;
    /** The first frame is a key frame, and its sequence stands before it. */
    let startsAnew = false;
    for (const { type, data: unit, ...layers } of readObus(data) ?? []) {
      if (type === SEQUENCE_HEADER) {
        // Frames before it would be of a sequence that the decoder may not have had.
        if (frames > 0) return null;
        sequences++;
        this.#sequence = readAv1Sequence(unit);
        if (!this.#sequence?.ordinary) return null;
      } else if (type === FRAME || type === FRAME_HEADER) {
        const frame = this.#sequence && readAv1Frame(unit, this.#sequence, layers);
        if (!frame) return null;
        if (frames++ === 0) startsAnew = sequences > 0 && frame.kind === 'key' && frame.shown;
        const pixels = frame.size ? codedPixels(frame.size) : 0;
        if (pixels === null) return null;
        told = Math.max(told, pixels);
        takesOver ||= frame.size === null;
      } else if (!DECODED_TYPES.has(type) && type !== TEMPORAL_DELIMITER) {
        return null;
      }
    }
    if (frames === 0) return null;
    const afresh = startsAnew && told < this.#largest;
    this.#largest = afresh ? told : Math.max(told, this.#largest);
    this.#pixels = takesOver ? this.#largest : told;
    return { pixels: this.#pixels, pictures: frames, afresh };
  }

  last(): PictureCost {
    return { pixels: this.#pixels, pictures: 1, afresh: false };
  }

  reset(): void {
    this.#sequence = null;
    this.#largest = 0;
    this.#pixels = 0;
  }
}
