import { FACE_SIZE } from './types.js';

const clamp = (v: number): number => Math.max(0, Math.min(1, v));

/**
 * The figures of FACE_QUALITY for one crop, each 0..1:
 * - size: side of the square in the picture, over twice FACE_SIZE: 0.5 is one picture pixel per crop pixel.
 * - light: 4·m·(1 − m) of the mean grey m (0..1): 1 at middle grey, 0 at black and at white.
 * - contrast: standard deviation of the grey over 64, at most 1.
 * - sharpness: mean absolute Laplacian (4 neighbours) over the standard deviation, at most 1: the measure of focus LAPM
 *   in S. Pertuz et al., "Analysis of focus measure operators", 2013, made independent of contrast.
 * @param crop FACE_SIZE² grey values
 * @param sidePixels side of the cropped square in pixels of the picture
 */
export function faceQuality(crop: Uint8Array, sidePixels: number): number[] {
  let sum = 0;
  let squares = 0;
  for (const v of crop) {
    sum += v;
    squares += v * v;
  }
  const mean = sum / crop.length;
  const deviation = Math.sqrt(Math.max(0, squares / crop.length - mean * mean));
  let laplacian = 0;
  for (let y = 1; y < FACE_SIZE - 1; y++) {
    for (let x = 1; x < FACE_SIZE - 1; x++) {
      const at = y * FACE_SIZE + x;
      const around = crop[at - 1]! + crop[at + 1]! + crop[at - FACE_SIZE]! + crop[at + FACE_SIZE]!;
      laplacian += Math.abs(4 * crop[at]! - around);
    }
  }
  laplacian /= (FACE_SIZE - 2) ** 2;
  const m = mean / 255;
  return [
    clamp(sidePixels / (2 * FACE_SIZE)),
    clamp(4 * m * (1 - m)),
    clamp(deviation / 64),
    deviation > 0 ? clamp(laplacian / deviation) : 0,
  ];
}
