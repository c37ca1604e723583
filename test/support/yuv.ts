import type { Picture } from '../../src/features/picture.js';
import type { YuvPicture } from '../../src/media/types.js';

const clamp = (v: number): number => Math.max(0, Math.min(255, Math.round(v)));

/** The colours of a picture of video, by the whole numbers of ITU-R BT.601 as they are usually rounded (1.164, 1.596 …). */
export function rgbOf({ yuv, width, height }: YuvPicture): Picture {
  const half = (width + 1) >> 1;
  const cb = width * height;
  const cr = cb + half * ((height + 1) >> 1);
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const luma = 1.164 * (yuv[y * width + x]! - 16);
      const chroma = (y >> 1) * half + (x >> 1);
      const u = yuv[cb + chroma]! - 128;
      const v = yuv[cr + chroma]! - 128;
      rgb[at++] = clamp(luma + 1.596 * v);
      rgb[at++] = clamp(luma - 0.392 * u - 0.813 * v);
      rgb[at++] = clamp(luma + 2.017 * u);
    }
  }
  return { rgb, width, height };
}

/** The picture as video carries it: each colour difference is the mean of up to four pixels. */
export function yuvOf({ rgb, width, height }: Picture): YuvPicture {
  const half = (width + 1) >> 1;
  const halfHeight = (height + 1) >> 1;
  const sums = { u: new Float64Array(half * halfHeight), v: new Float64Array(half * halfHeight), n: new Float64Array(half * halfHeight) }; // prettier-ignore
  const yuv = new Uint8Array(width * height + 2 * half * halfHeight);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p += 3) {
      const [r, g, b] = [rgb[p]!, rgb[p + 1]!, rgb[p + 2]!];
      yuv[y * width + x] = clamp(16 + 0.257 * r + 0.504 * g + 0.098 * b);
      const at = (y >> 1) * half + (x >> 1);
      sums.u[at]! += 128 - 0.148 * r - 0.291 * g + 0.439 * b;
      sums.v[at]! += 128 + 0.439 * r - 0.368 * g - 0.071 * b;
      sums.n[at]!++;
    }
  }
  const cb = width * height;
  for (let i = 0; i < half * halfHeight; i++) {
    yuv[cb + i] = clamp(sums.u[i]! / sums.n[i]!);
    yuv[cb + half * halfHeight + i] = clamp(sums.v[i]! / sums.n[i]!);
  }
  return { yuv, width, height };
}

/** Bytes of a picture's planes. */
export const yuvBytes = (width: number, height: number): number =>
  width * height + 2 * ((width + 1) >> 1) * ((height + 1) >> 1);

/** Mean grey, 0..255. */
export function brightness({ yuv, width, height }: YuvPicture): number {
  let sum = 0;
  for (const luma of yuv.subarray(0, width * height)) sum += luma;
  return (sum / (width * height) - 16) * (255 / 219);
}
