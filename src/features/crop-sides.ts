import { FACE_SIZE, type CropSide } from './types.js';

/**
 * Which way round the next crop of a window is shown: every other one is mirrored. A face and its mirror image have the same
 * emotion, and a network that was trained on both errs on them in part differently: the mean over both is surer (after the
 * mirrored crops of Krizhevsky et al. 2012). A window shows the network about the same face several times anyway, so that it
 * costs nothing. A single crop stays as it is.
 * @param before of the same window's crops that are decided
 */
export function nextSide(before: readonly CropSide[]): CropSide {
  const mirrored = before.filter((side) => side === 'mirrored').length;
  return mirrored < before.length - mirrored ? 'mirrored' : 'plain';
}

/** @param crop FACE_SIZE² grey values; not changed @returns the same ones where it is shown as it is */
export function shownAs(crop: Uint8Array, side: CropSide): Uint8Array {
  if (side === 'plain') return crop;
  const out = new Uint8Array(crop.length);
  for (let row = 0; row < crop.length; row += FACE_SIZE) {
    for (let x = 0; x < FACE_SIZE; x++) out[row + x] = crop[row + FACE_SIZE - 1 - x]!;
  }
  return out;
}

/** Two crops of a picture that is shown all the time, one after the other: @returns as it is, then mirrored */
export function bothSides(crop: Uint8Array): Uint8Array {
  const both = new Uint8Array(2 * crop.length);
  both.set(crop);
  both.set(shownAs(crop, 'mirrored'), crop.length);
  return both;
}
