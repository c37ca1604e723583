import type { PNG } from 'pngjs';

export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Side of the squares whose mean colours are compared, px: letters of another font have about the same mean. */
const SQUARE = 12;
/** A mean further off, of 255, is another colour. */
const FURTHEST = 24;
/** Another font is wider or breaks a line elsewhere: a square is looked for so far around, px. */
const AROUND = { x: [-9, -6, -3, 0, 3, 6, 9], y: [-20, -16, -12, -8, -4, 0, 4, 8, 12, 16, 20] };

/** A picture of which the mean colour of any square is known at once (summed-area table; Crow 1984). */
export class Picture {
  readonly width: number;
  readonly height: number;
  /** By channel, one row and one column more than the picture. */
  readonly #sums: Float64Array[];

  constructor({ data, width, height }: PNG) {
    this.width = width;
    this.height = height;
    this.#sums = [0, 1, 2].map((channel) => {
      const sums = new Float64Array((width + 1) * (height + 1));
      for (let y = 0; y < height; y++) {
        let row = 0;
        for (let x = 0; x < width; x++) {
          row += data[4 * (y * width + x) + channel]!;
          sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1]! + row;
        }
      }
      return sums;
    });
  }

  has({ x, y, width, height }: Area): boolean {
    return x >= 0 && y >= 0 && x + width <= this.width && y + height <= this.height;
  }

  mean(x: number, y: number): number[] {
    const [top, bottom] = [y * (this.width + 1) + x, (y + SQUARE) * (this.width + 1) + x];
    return this.#sums.map(
      (sums) => (sums[bottom + SQUARE]! - sums[bottom]! - sums[top + SQUARE]! + sums[top]!) / SQUARE ** 2,
    );
  }
}

/**
 * How much of an area looks otherwise in another picture. Fonts, their smoothing and rounding differ from machine to machine: not
 * pixels are compared but the mean colours of small squares, and each is looked for around its place in the other.
 * @returns the share of squares of either that are not found, 0..1; 1 where one of the pictures does not have the area
 */
export function differenceOf(one: Picture, at: Area, other: Picture, otherAt: Area): number {
  if (!one.has(at) || !other.has(otherAt) || at.width !== otherAt.width || at.height !== otherAt.height) return 1;
  return Math.max(missing(one, at, other, otherAt), missing(other, otherAt, one, at));
}

function missing(one: Picture, at: Area, other: Picture, otherAt: Area): number {
  let [all, gone] = [0, 0];
  for (let y = 0; y + SQUARE <= at.height; y += SQUARE) {
    for (let x = 0; x + SQUARE <= at.width; x += SQUARE) {
      all += 1;
      if (!isFound(one.mean(at.x + x, at.y + y), other, otherAt.x + x, otherAt.y + y)) gone += 1;
    }
  }
  return gone / all;
}

function isFound(mean: readonly number[], picture: Picture, x: number, y: number): boolean {
  return AROUND.y.some((dy) =>
    AROUND.x.some((dx) => {
      const [width, height] = [SQUARE, SQUARE];
      if (!picture.has({ x: x + dx, y: y + dy, width, height })) return false;
      const found = picture.mean(x + dx, y + dy);
      return mean.every((value, channel) => Math.abs(value - found[channel]!) <= FURTHEST);
    }),
  );
}
