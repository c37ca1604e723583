import { inBlocks, type PictureCost, type PictureSizes } from './picture-cost.js';
import { vp8KeyFrameSize } from './vp8-depacketizer.js';

const MACROBLOCK = 16;

/** Of VP8: a key frame says it for all that come after (RFC 6386 §9.1). */
export class Vp8Sizes implements PictureSizes {
  #pixels = 0;

  read(data: Uint8Array, keyFrame: boolean): PictureCost | null {
    if (keyFrame) {
      const size = vp8KeyFrameSize(data);
      if (!size) return null;
      this.#pixels = inBlocks(size, MACROBLOCK);
    }
    return this.last();
  }

  last(): PictureCost {
    return { pixels: this.#pixels, pictures: 1, afresh: false };
  }

  reset(): void {
    this.#pixels = 0;
  }
}
