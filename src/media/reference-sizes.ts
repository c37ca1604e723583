import { inBlocks } from './picture-cost.js';

/** Places for pictures that later ones build on: eight in VP9 and in AV1. */
const PLACES = 8;
/** The least that is coded in both is 8×8 pixels. */
const BLOCK = 8;
/** As in VP8. A picture of one line would be wider, and its decoder keeps many lines of it. */
const MAX_SIDE = 16_383;

/** The sizes of the pictures that a decoder of VP9 or AV1 keeps, for a picture may be as large as one of these without saying so. */
export class ReferenceSizes {
  readonly #pixels = new Array<number>(PLACES).fill(0);

  /** @param size as it is told; null: that of one of `references`. @returns pixels, null where that cannot be */
  take(
    size: { width: number; height: number } | null,
    references: readonly number[],
    refreshes: number,
  ): number | null {
    if (size && Math.max(size.width, size.height) > MAX_SIDE) return null;
    const pixels = size ? inBlocks(size, BLOCK) : Math.max(0, ...references.map((place) => this.#pixels[place] ?? 0));
    for (let place = 0; place < PLACES; place++) if ((refreshes & (1 << place)) !== 0) this.#pixels[place] = pixels;
    return pixels;
  }

  reset(): void {
    this.#pixels.fill(0);
  }
}
