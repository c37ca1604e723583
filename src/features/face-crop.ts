import { FACE_FRAMING } from './face-framing.js';
import { type AnyPicture, type GreyPlane, greyOf } from './picture.js';
import { resampleGrey, type Region } from './resample.js';
import { FACE_SIZE } from './types.js';

/** The square of the picture, in pixels, that the face network sees for a face box in pixels. */
export function cropRegion(box: Region): Region {
  const side = FACE_FRAMING.scale * Math.max(box.width, box.height);
  const centreX = box.x + box.width / 2 + FACE_FRAMING.offsetX * side;
  const centreY = box.y + box.height / 2 + FACE_FRAMING.offsetY * side;
  return { x: centreX - side / 2, y: centreY - side / 2, width: side, height: side };
}

/** FACE_SIZE² grey values 0..255 of a square region; parts outside the picture repeat its border. */
export function cropFace(picture: AnyPicture, region: Region): Uint8Array {
  return cropGrey(greyOf(picture), region);
}

/** The same of a picture whose grey is at hand. */
export function cropGrey(grey: GreyPlane, region: Region): Uint8Array {
  const values = resampleGrey(grey, region, FACE_SIZE, FACE_SIZE);
  const crop = new Uint8Array(values.length);
  for (let i = 0; i < crop.length; i++) crop[i] = values[i]! + 0.5;
  return crop;
}
