/**
 * Resampling of packed RGB24 pictures, separable: each output sample is a weighted mean of neighbouring input samples along
 * x, then along y. When minifying, every input sample counts by the length it covers (area averaging, so nothing aliases);
 * when magnifying, the two nearest are blended (bilinear). Samples past the border repeat the border.
 */
export interface Region {
  /** Top left corner and size in pixels of the source; may be fractional and may reach past the picture. */
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Taps {
  /** `count` source indices per output sample, clamped to the picture, and their weights, which sum to 1. */
  index: Int32Array;
  weight: Float32Array;
  count: number;
}

function axisTaps(start: number, length: number, limit: number, out: number): Taps {
  const scale = length / out;
  const count = scale > 1 ? Math.ceil(scale) + 1 : 2;
  const index = new Int32Array(out * count);
  const weight = new Float32Array(out * count);
  for (let i = 0; i < out; i++) {
    const low = scale > 1 ? start + i * scale : start + (i + 0.5) * scale - 0.5;
    const first = Math.floor(low);
    for (let k = 0; k < count; k++) {
      const at = first + k;
      index[i * count + k] = Math.min(limit - 1, Math.max(0, at));
      weight[i * count + k] =
        scale > 1
          ? Math.max(0, Math.min(at + 1, low + scale) - Math.max(at, low)) / scale
          : Math.max(0, 1 - Math.abs(low - at));
    }
  }
  return { index, weight, count };
}

/** BT.601 luma, the grey of JPEG and of video. */
const RED = 0.299;
const GREEN = 0.587;
const BLUE = 0.114;

/**
 * Grey picture of a region.
 * @param rgb width × height × 3 bytes
 * @returns outWidth × outHeight values 0..255, row major
 */
export function resampleGrey(
  rgb: Uint8Array,
  width: number,
  height: number,
  region: Region,
  outWidth: number,
  outHeight: number,
): Float32Array {
  const tx = axisTaps(region.x, region.width, width, outWidth);
  const ty = axisTaps(region.y, region.height, height, outHeight);
  const out = new Float32Array(outWidth * outHeight);
  const rows = new RowCache(outWidth, (y, row) => {
    const base = y * width;
    for (let i = 0, t = 0; i < outWidth; i++) {
      let sum = 0;
      for (let k = 0; k < tx.count; k++, t++) {
        const p = (base + tx.index[t]!) * 3;
        sum += tx.weight[t]! * (RED * rgb[p]! + GREEN * rgb[p + 1]! + BLUE * rgb[p + 2]!);
      }
      row[i] = sum;
    }
  });
  for (let j = 0; j < outHeight; j++) {
    const to = j * outWidth;
    for (let k = 0; k < ty.count; k++) {
      const w = ty.weight[j * ty.count + k]!;
      if (w === 0) continue;
      const row = rows.get(ty.index[j * ty.count + k]!);
      for (let i = 0; i < outWidth; i++) out[to + i]! += w * row[i]!;
    }
  }
  return out;
}

/**
 * Colour picture of a region, each value mapped to `v * gain + offset`, written into the top left of a canvas.
 * @param canvas canvasWidth × any × 3 values; only outWidth × outHeight of it are written
 */
export function resampleRgbInto(
  canvas: Float32Array,
  canvasWidth: number,
  rgb: Uint8Array,
  width: number,
  height: number,
  region: Region,
  outWidth: number,
  outHeight: number,
  gain: number,
  offset: number,
): void {
  const tx = axisTaps(region.x, region.width, width, outWidth);
  const ty = axisTaps(region.y, region.height, height, outHeight);
  const length = outWidth * 3;
  const rows = new RowCache(length, (y, row) => {
    const base = y * width;
    for (let i = 0, t = 0; i < outWidth; i++) {
      let r = 0;
      let g = 0;
      let b = 0;
      for (let k = 0; k < tx.count; k++, t++) {
        const p = (base + tx.index[t]!) * 3;
        const w = tx.weight[t]!;
        r += w * rgb[p]!;
        g += w * rgb[p + 1]!;
        b += w * rgb[p + 2]!;
      }
      row[i * 3] = r;
      row[i * 3 + 1] = g;
      row[i * 3 + 2] = b;
    }
  });
  for (let j = 0; j < outHeight; j++) {
    const to = j * canvasWidth * 3;
    canvas.fill(offset, to, to + length);
    for (let k = 0; k < ty.count; k++) {
      const w = ty.weight[j * ty.count + k]! * gain;
      if (w === 0) continue;
      const row = rows.get(ty.index[j * ty.count + k]!);
      for (let i = 0; i < length; i++) canvas[to + i]! += w * row[i]!;
    }
  }
}

/** Keeps the last two horizontally resampled rows: neighbouring output rows share them. */
class RowCache {
  readonly #rows: [Float32Array, Float32Array];
  readonly #at: [number, number] = [-1, -1];
  readonly #make: (y: number, row: Float32Array) => void;
  #next: 0 | 1 = 0;

  constructor(length: number, make: (y: number, row: Float32Array) => void) {
    this.#rows = [new Float32Array(length), new Float32Array(length)];
    this.#make = make;
  }

  get(y: number): Float32Array {
    if (this.#at[0] === y) return this.#rows[0];
    if (this.#at[1] === y) return this.#rows[1];
    const slot = this.#next;
    this.#next = slot === 0 ? 1 : 0;
    this.#at[slot] = y;
    this.#make(y, this.#rows[slot]);
    return this.#rows[slot];
  }
}
