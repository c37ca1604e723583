import type { Detection } from './blazeface-anchors.js';
import { sameFace } from './face-choice.js';
import { cropGrey, cropRegion } from './face-crop.js';
import type { FaceFinder } from './face-finder.js';
import { faceQuality } from './face-quality.js';
import type { AnyPicture, GreyPlane } from './picture.js';
import { within, type Region } from './resample.js';
import type { FaceBox, FaceObservation } from './types.js';

/** Standard deviation, grey levels, below which a picture is a closed shutter and holds no face. */
const FLAT_DEVIATION = 3;

/** Side of a close-up, in face sizes. */
const CLOSE_UP = 2.5;
/**
 * A new face must reach this score, on the mean of the search and of a close-up look at it; a fine search, which looks at
 * more places, must be surer. Chosen on 1,120 pictures without a face (textures, things, cells, an animal, cut at random
 * from the pictures of scikit-image): one passes the coarse search, two more the fine one.
 */
export const SURE = 0.62;
export const SURE_FINE = 0.7;
/**
 * The same of a face whose close-up does not fit into the picture, on the mean of three looks. What passes for such a face is print out of
 * focus: of 200 drawn pages 8 places pass the search and the close-up, which are of its own size; seen smaller, in a black frame
 * (findFramed), they hold no face. Chosen on these pages (none reaches it) and on 497 portraits (bench/RESULTS.md).
 */
const SURE_NEAR = 0.64;

/** Whether further looks at a new face agree with the search, on the mean. */
export function isConfirmed(finder: FaceFinder, frame: AnyPicture, face: Detection, sure: number): boolean {
  const score = (found: Detection[]): number => found.find((d) => sameFace(d, face))?.score ?? 0;
  const two = face.score + score(closeUp(finder, frame, face));
  if (closeUpFits(frame, face)) return two / 2 >= sure;
  const enough = 3 * Math.max(sure, SURE_NEAR);
  // A third look that cannot change anything is not taken.
  return two + 1 >= enough && two + score(finder.findFramed(frame, face)) >= enough;
}

/**
 * A second look at a face, with what is around it. Where the picture is too small for that, what is in the picture: its border
 * repeated all around takes the network's trust in a face that fills it, and one in twelve portraits was refused for that.
 */
export function closeUp(finder: FaceFinder, frame: AnyPicture, box: Region): Detection[] {
  const side = CLOSE_UP * Math.max(box.width, box.height);
  const x = box.x + box.width / 2 - side / 2;
  const y = box.y + box.height / 2 - side / 2;
  const around = { x, y, width: side, height: side };
  return finder.find(frame, 'close', closeUpFits(frame, box) ? around : within(around, frame));
}

/** What the network gets of a face, and where it is. */
export function describeFace(
  grey: GreyPlane,
  box: Region,
): Pick<FaceObservation, 'quality'> & { crop: Uint8Array; box: FaceBox } {
  const region = cropRegion(box);
  const crop = cropGrey(grey, region);
  return { crop, box: inFractions(box, grey.width, grey.height), quality: faceQuality(crop, region.width) };
}

function closeUpFits(picture: { width: number; height: number }, box: Region): boolean {
  return CLOSE_UP * Math.max(box.width, box.height) <= Math.min(picture.width, picture.height);
}

/** The part of a box in pixels that lies in the picture, in fractions of it. */
function inFractions(box: Region, width: number, height: number): FaceBox {
  const left = Math.max(0, box.x) / width;
  const top = Math.max(0, box.y) / height;
  const right = Math.min(width, box.x + box.width) / width;
  const bottom = Math.min(height, box.y + box.height) / height;
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Looks at some 500 samples. */
export function isFlat({ samples, width, height, gain }: GreyPlane): boolean {
  const step = Math.max(1, Math.floor(Math.sqrt((width * height) / 500)));
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (let y = step >> 1; y < height; y += step) {
    for (let x = step >> 1; x < width; x += step) {
      const v = gain * samples[y * width + x]!;
      sum += v;
      squares += v * v;
      count++;
    }
  }
  return count > 0 && squares / count - (sum / count) ** 2 < FLAT_DEVIATION ** 2;
}
