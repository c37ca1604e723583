import { inBlocks } from './picture-cost.js';

/** Places for pictures that later ones build on. */
const PLACES = 8;
/** The least that is coded in both is 8×8 pixels. */
const BLOCK = 8;
/** As in VP8. A picture of one line would be wider, and its decoder keeps many lines of it. */
const MAX_SIDE = 16_383;

/** Of a frame of VP9 or AV1, in whole blocks; null where no camera has such a side. */
export const codedPixels = (size: { width: number; height: number }): number | null =>
  Math.max(size.width, size.height) > MAX_SIDE ? null : inBlocks(size, BLOCK);

/** The sizes of the pictures that a decoder of VP9 keeps, for a picture may be as large as one of these without saying so. */
export class ReferenceSizes {
  readonly #pixels = new Array<number>(PLACES).fill(0);

  /** @param size as it is told; null: that of one of `references`. @returns pixels, null where that cannot be */
  take(
    size: { width: number; height: number } | null,
    references: readonly number[],
    refreshes: number,
  ): number | null {
    const pixels = size ? codedPixels(size) : Math.max(0, ...references.map((place) => this.#pixels[place] ?? 0));
    if (pixels === null) return null;
    for (let place = 0; place < PLACES; place++) if ((refreshes & (1 << place)) !== 0) this.#pixels[place] = pixels;
    return pixels;
  }

  reset(): void {
    this.#pixels.fill(0);
  }
}
