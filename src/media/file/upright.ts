import type { YuvPicture } from '../types.js';

/** How a picture is to be turned clockwise to stand upright, degrees. */
export type Turn = 0 | 90 | 180 | 270;

/**
 * What a display matrix says (ISO/IEC 14496-12, 8.2.2.3; FFmpeg's libavutil/display.h: nine 32-bit numbers in the machine's order):
 * phones write pictures as the sensor lies, and how to hold them. A turn between the quarters is none that cameras make.
 */
export function turnOf(matrix: Buffer | null): Turn {
  if (!matrix || matrix.length < 36) return 0;
  const [a, b] = [matrix.readInt32LE(0), matrix.readInt32LE(4)];
  const quarters = Math.round(Math.atan2(b, a) / (Math.PI / 2));
  return ((((quarters % 4) + 4) % 4) * 90) as Turn;
}

/** The picture turned clockwise; the same where there is nothing to turn. */
export function turned({ width, height, yuv }: YuvPicture, turn: Turn): YuvPicture {
  if (turn === 0) return { width, height, yuv };
  const [w, h] = turn === 180 ? [width, height] : [height, width];
  const out = new Uint8Array(yuv.length);
  let offset = 0;
  for (const [columns, rows] of [
    [width, height],
    [(width + 1) >> 1, (height + 1) >> 1],
    [(width + 1) >> 1, (height + 1) >> 1],
  ] as const) {
    const size = columns * rows;
    turnPlane(yuv.subarray(offset, offset + size), columns, rows, turn, out.subarray(offset, offset + size));
    offset += size;
  }
  return { width: w, height: h, yuv: out };
}

function turnPlane(from: Uint8Array, columns: number, rows: number, turn: Turn, to: Uint8Array): void {
  for (let y = 0, at = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++, at++) {
      const place =
        turn === 90
          ? x * rows + (rows - 1 - y)
          : turn === 270
            ? (columns - 1 - x) * rows + y
            : (rows - 1 - y) * columns + (columns - 1 - x);
      to[place] = from[at]!;
    }
  }
}
