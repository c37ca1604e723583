import type { YuvPicture } from '../media/types.js';

/** A packed RGB24 picture, upright: what picture files give. */
export interface Picture {
  rgb: Uint8Array;
  width: number;
  height: number;
}

/** Of a file, or of a call. */
export type AnyPicture = Picture | YuvPicture;

/** The grey of a picture; a sample `v` is the grey value `gain` · v + `offset`, 0..255. */
export interface GreyPlane {
  samples: Uint8Array | Float64Array;
  width: number;
  height: number;
  gain: number;
  offset: number;
}

/** BT.601 luma, the grey of JPEG and of video. */
const RED = 0.299;
const GREEN = 0.587;
const BLUE = 0.114;

/** Luma of video is 16 (black) to 235 (white): ITU-R BT.601, 2.5.3. */
const BLACK = 16;
export const LUMA_GAIN = 255 / 219;
export const LUMA_OFFSET = -BLACK * LUMA_GAIN;

/**
 * The luma plane of a picture of a call is this grey already: in RGB made of it the colour differences cancel out in
 * `RED` · r + `GREEN` · g + `BLUE` · b, by which they are defined. So nothing is converted.
 */
export function greyOf(picture: AnyPicture): GreyPlane {
  const { width, height } = picture;
  if ('yuv' in picture) {
    const samples = picture.yuv.subarray(0, width * height);
    return { samples, width, height, gain: LUMA_GAIN, offset: LUMA_OFFSET };
  }
  const { rgb } = picture;
  const samples = new Float64Array(width * height);
  for (let i = 0, p = 0; i < samples.length; i++, p += 3) {
    samples[i] = RED * rgb[p]! + GREEN * rgb[p + 1]! + BLUE * rgb[p + 2]!;
  }
  return { samples, width, height, gain: 1, offset: 0 };
}
