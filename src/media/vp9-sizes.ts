import type { PictureCost, PictureSizes } from './picture-cost.js';
import { ReferenceSizes } from './reference-sizes.js';
import { readVp9Header, vp9Frames } from './vp9-header.js';

/** Of VP9: each frame says its size, or whose it has. The largest of a picture's frames counts for all of them. */
export class Vp9Sizes implements PictureSizes {
  readonly #references = new ReferenceSizes();
  #pixels = 0;

  read(data: Uint8Array): PictureCost | null {
    const frames = vp9Frames(data);
    if (!frames) return null;
    let pixels = 0;
    for (const frame of frames) {
      const header = readVp9Header(frame);
      // More bits or full planes are memory that no call needs (RFC 9628 §6.1: receivers take profile 0 at least).
      if (header?.profile !== 0) return null;
      const size = this.#references.take(header.size, header.references, header.refreshes);
      if (size === null) return null;
      pixels = Math.max(pixels, size);
    }
    this.#pixels = pixels;
    return { pixels, pictures: frames.length, afresh: false };
  }

  last(): PictureCost {
    return { pixels: this.#pixels, pictures: 1, afresh: false };
  }

  reset(): void {
    this.#references.reset();
    this.#pixels = 0;
  }
}
