import type { YuvPicture } from '../media/types.js';
import { type AnyPicture, type GreyPlane, LUMA_GAIN, LUMA_OFFSET, type Picture } from './picture.js';

/**
 * Resampling, separable: each output sample is a weighted mean of neighbouring input samples along y, then along x. When
 * minifying, every input sample counts by the length it covers (area averaging, so nothing aliases); when magnifying, the
 * two nearest are blended (bilinear). Samples past the border repeat the border.
 */
export interface Region {
  /** Top left corner and size in pixels of the source; may be fractional and may reach past the picture. */
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The part of a region that lies in the picture. */
export function within({ x, y, width, height }: Region, picture: { width: number; height: number }): Region {
  const [left, top] = [Math.max(0, x), Math.max(0, y)];
  return {
    x: left,
    y: top,
    width: Math.min(picture.width, x + width) - left,
    height: Math.min(picture.height, y + height) - top,
  };
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

/** Samples of one kind of a picture: `step` apart, rows `stride` apart. */
interface Samples {
  values: Uint8Array | Float64Array;
  offset: number;
  width: number;
  height: number;
  step: number;
}

/** @returns outWidth × outHeight samples of a region, row major */
function resample(from: Samples, region: Region, outWidth: number, outHeight: number): Float32Array {
  const { values, width, height, step } = from;
  const tx = axisTaps(region.x, region.width, width, outWidth);
  const ty = axisTaps(region.y, region.height, height, outHeight);
  // The columns that any output sample takes: taps are in ascending order.
  const left = tx.index[0]!;
  const columns = tx.index[tx.index.length - 1]! - left + 1;
  const row = new Float32Array(columns);
  for (let t = 0; t < tx.index.length; t++) tx.index[t]! -= left;
  const out = new Float32Array(outWidth * outHeight);
  for (let j = 0; j < outHeight; j++) {
    row.fill(0);
    for (let k = j * ty.count; k < (j + 1) * ty.count; k++) {
      const weight = ty.weight[k]!;
      if (weight === 0) continue;
      let at = from.offset + (ty.index[k]! * width + left) * step;
      for (let x = 0; x < columns; x++, at += step) row[x]! += weight * values[at]!;
    }
    const to = j * outWidth;
    for (let i = 0, t = 0; i < outWidth; i++) {
      let sum = 0;
      for (let k = 0; k < tx.count; k++, t++) sum += tx.weight[t]! * row[tx.index[t]!]!;
      out[to + i] = sum;
    }
  }
  return out;
}

/**
 * Grey picture of a region.
 * @returns outWidth × outHeight values 0..255, row major
 */
export function resampleGrey(grey: GreyPlane, region: Region, outWidth: number, outHeight: number): Float32Array {
  const { samples, width, height, gain, offset } = grey;
  const out = resample({ values: samples, offset: 0, width, height, step: 1 }, region, outWidth, outHeight);
  if (gain === 1 && offset === 0) return out;
  for (let i = 0; i < out.length; i++) out[i] = Math.min(255, Math.max(0, gain * out[i]! + offset));
  return out;
}

/**
 * Colour picture of a region, each value 0..255 mapped to `v * gain + offset`, written into the top left of a canvas.
 * @param canvas canvasWidth × any × 3 values; only outWidth × outHeight of it are written
 */
export function resampleRgbInto(
  canvas: Float32Array,
  canvasWidth: number,
  picture: AnyPicture,
  region: Region,
  outWidth: number,
  outHeight: number,
  gain: number,
  offset: number,
): void {
  const channels =
    'yuv' in picture ? fromYuv(picture, region, outWidth, outHeight) : fromRgb(picture, region, outWidth, outHeight);
  for (let c = 0; c < 3; c++) {
    const channel = channels[c]!;
    for (let j = 0, i = 0; j < outHeight; j++) {
      let to = j * canvasWidth * 3 + c;
      for (let x = 0; x < outWidth; x++, i++, to += 3) canvas[to] = channel[i]! * gain + offset;
    }
  }
}

function fromRgb({ rgb, width, height }: Picture, region: Region, outWidth: number, outHeight: number): Float32Array[] {
  return [0, 1, 2].map((c) =>
    resample({ values: rgb, offset: c, width, height, step: 3 }, region, outWidth, outHeight),
  );
}

/** ITU-R BT.601, 2.5: what the differences Cr and Cb, each 16..240 around 128, add to red, green and blue. */
const RED_CR = (255 / 224) * 2 * (1 - 0.299);
const BLUE_CB = (255 / 224) * 2 * (1 - 0.114);
const GREEN_CR = (-RED_CR * 0.299) / 0.587;
const GREEN_CB = (-BLUE_CB * 0.114) / 0.587;

function fromYuv(picture: YuvPicture, region: Region, outWidth: number, outHeight: number): Float32Array[] {
  const { yuv, width, height } = picture;
  const half = { width: (width + 1) >> 1, height: (height + 1) >> 1 };
  const halfRegion = { x: region.x / 2, y: region.y / 2, width: region.width / 2, height: region.height / 2 };
  const plane = (offset: number, size: { width: number; height: number }, of: Region) =>
    resample({ values: yuv, offset, ...size, step: 1 }, of, outWidth, outHeight);
  const luma = plane(0, { width, height }, region);
  const cb = plane(width * height, half, halfRegion);
  const cr = plane(width * height + half.width * half.height, half, halfRegion);
  const clamp = (v: number): number => Math.min(255, Math.max(0, v));
  for (let i = 0; i < luma.length; i++) {
    const grey = luma[i]! * LUMA_GAIN + LUMA_OFFSET;
    const u = cb[i]! - 128;
    const v = cr[i]! - 128;
    luma[i] = clamp(grey + RED_CR * v);
    cb[i] = clamp(grey + GREEN_CB * u + GREEN_CR * v);
    cr[i] = clamp(grey + BLUE_CB * u);
  }
  return [luma, cb, cr];
}
