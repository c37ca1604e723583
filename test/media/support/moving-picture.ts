import type { YuvPicture } from '../../../src/media/types.js';
import { rgbOf } from '../../support/yuv.js';

/** Soft moving shapes: every picture is unlike the one before it, and an encoder still gets it right. */
const value = (x: number, y: number, index: number): number =>
  128 + 55 * Math.sin((x + 9 * index) / 23) + 45 * Math.cos((y - 5 * index) / 17);

export function drawMoving(width: number, height: number) {
  return (index: number, rgb: Uint8Array): void => {
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at += 3) rgb.fill(value(x, y, index), at, at + 3);
    }
  };
}

/** Peak signal to noise ratio against picture `index`, dB. */
export function psnrOfMoving(picture: YuvPicture, index: number): number {
  const { rgb, width, height } = rgbOf(picture);
  let squares = 0;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) squares += ((rgb[at] as number) - value(x, y, index)) ** 2;
  }
  return 10 * Math.log10(255 ** 2 / Math.max(1e-3, squares / (width * height)));
}
