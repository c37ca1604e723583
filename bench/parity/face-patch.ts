import { AV_PIX_FMT_GRAY8, SWS_LANCZOS } from 'node-av';
import { FACE_SIZE } from '../../src/features/types.js';
import { PictureConverter } from '../../src/media/conversion.js';

/** A square grey picture to be laid into a scene, with how much each pixel covers what is behind it, 0..1. */
export interface Patch {
  side: number;
  grey: Uint8Array;
  cover: Float32Array;
}

/** Room made around the picture, in sides of it. */
const MARGIN = 0.4;
/** Side of the coarse copy that the border is made of. */
const COARSE = 8;

/**
 * A FER+ picture as large as a face in a call. It is cut close: there is no hair, ear or neck around it, which a detector of
 * whole faces looks for and a camera would show. So its border is continued outwards, more and more blurred, until it has
 * become the room. Nothing is painted that the picture does not hold, but the continuation is no real head.
 * @param image FACE_SIZE² grey values
 * @param side of the picture in the scene, pixels
 */
export function facePatch(image: Uint8Array, side: number): Patch {
  const sharp = scale(image, FACE_SIZE, side);
  const soft = scale(scale(image, FACE_SIZE, COARSE), COARSE, side);
  const margin = Math.round(MARGIN * side);
  const whole = side + 2 * margin;
  const grey = new Uint8Array(whole * whole);
  const cover = new Float32Array(whole * whole);
  for (let y = 0; y < whole; y++) {
    for (let x = 0; x < whole; x++) {
      const px = Math.min(Math.max(x - margin, 0), side - 1);
      const py = Math.min(Math.max(y - margin, 0), side - 1);
      const away = Math.hypot(x - margin - px, y - margin - py) / margin;
      const blurred = Math.min(1, 3 * away);
      const at = y * whole + x;
      grey[at] = Math.round((1 - blurred) * sharp[py * side + px]! + blurred * soft[py * side + px]!);
      cover[at] = 1 - smoothStep(away);
    }
  }
  return { side: whole, grey, cover };
}

/** The way back from a scaled picture to FACE_SIZE must lose nothing: Lanczos. */
function scale(image: Uint8Array, from: number, to: number): Uint8Array {
  const square = (side: number) => ({ width: side, height: side, format: AV_PIX_FMT_GRAY8 });
  const converter = new PictureConverter(square(from), square(to), SWS_LANCZOS);
  try {
    return converter.convertPacked(image);
  } finally {
    converter.close();
  }
}

function smoothStep(value: number): number {
  const t = Math.min(Math.max(value, 0), 1);
  return t * t * (3 - 2 * t);
}
