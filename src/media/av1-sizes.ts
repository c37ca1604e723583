import { readAv1Frame } from './av1-frame.js';
import { DECODED_TYPES, FRAME, FRAME_HEADER, readObus, SEQUENCE_HEADER, TEMPORAL_DELIMITER } from './av1-obu.js';
import { type Av1Sequence, readAv1Sequence } from './av1-sequence.js';
import type { PictureCost, PictureSizes } from './picture-cost.js';
import { ReferenceSizes } from './reference-sizes.js';

/** A frame may be as large as any of those that it builds on: which, is not followed. */
const ANY_PLACE = [0, 1, 2, 3, 4, 5, 6, 7];

/** Of AV1: each frame has the largest size of its sequence, or says its own, or whose it has. The largest of a picture's frames counts. */
export class Av1Sizes implements PictureSizes {
  readonly #references = new ReferenceSizes();
  #sequence: Av1Sequence | null = null;
  #pixels = 0;

  read(data: Uint8Array): PictureCost | null {
    let pixels = 0;
    let frames = 0;
    for (const { type, data: unit, ...layers } of readObus(data) ?? []) {
      if (type === SEQUENCE_HEADER) {
        this.#sequence = readAv1Sequence(unit);
        if (!this.#sequence?.ordinary) return null;
      } else if (type === FRAME || type === FRAME_HEADER) {
        const frame = this.#sequence && readAv1Frame(unit, this.#sequence, layers);
        const size = frame && this.#references.take(frame.size, ANY_PLACE, frame.refreshes);
        if (size === null) return null;
        pixels = Math.max(pixels, size);
        frames++;
      } else if (!DECODED_TYPES.has(type) && type !== TEMPORAL_DELIMITER) {
        return null;
      }
    }
    if (frames === 0) return null;
    this.#pixels = pixels;
    return { pixels, pictures: frames, afresh: false };
  }

  last(): PictureCost {
    return { pixels: this.#pixels, pictures: 1, afresh: false };
  }

  reset(): void {
    this.#references.reset();
    this.#sequence = null;
    this.#pixels = 0;
  }
}
