import { FACE_FRAMING } from './face-framing.js';
import type { Picture } from './face-finder.js';
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
export function cropFace(picture: Picture, region: Region): Uint8Array {
  const grey = resampleGrey(picture.rgb, picture.width, picture.height, region, FACE_SIZE, FACE_SIZE);
  return Uint8Array.from(grey, Math.round);
}
