/** A grey picture that is lighter from left to right and from top to bottom: no two columns alike, and easy to encode. */
export const ramp = (x: number, y: number, width: number, height: number): number =>
  30 + (120 * (x + 0.5)) / width + (80 * (y + 0.5)) / height;

export function drawRamp(width: number, height: number, rgb: Uint8Array): void {
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) rgb.fill(Math.round(ramp(x, y, width, height)), at, at + 3);
  }
}

/** Peak signal to noise ratio against the ramp, dB, of some columns. */
export function psnrOfColumns(
  { width, height, rgb }: { width: number; height: number; rgb: Uint8Array },
  from: number,
  to: number,
): number {
  let squares = 0;
  for (let y = 0; y < height; y++) {
    for (let x = from; x < to; x++) {
      for (let c = 0; c < 3; c++) squares += (rgb[(y * width + x) * 3 + c]! - ramp(x, y, width, height)) ** 2;
    }
  }
  return 10 * Math.log10(255 ** 2 / Math.max(1e-3, squares / ((to - from) * height * 3)));
}
