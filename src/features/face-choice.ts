import { overlap } from './blazeface-anchors.js';
import type { Region } from './resample.js';

/** How much larger another face must be before it takes over from the one that is followed. */
const HYSTERESIS = 1.4;
/** A detection that overlaps the followed box by so much is the same face. */
const SAME_FACE = 0.2;

/** True when a detection is the face that was followed at `followed`. */
export function sameFace(detection: Region, followed: Region): boolean {
  return overlap(detection, followed) > SAME_FACE;
}

/**
 * The participant's face among several: the largest, a face at the border counting half as much as one in the middle; the
 * one followed so far keeps its place unless another one is clearly larger.
 * @param isFollowed whether a face is that one
 */
export function chooseFace<T extends Region>(
  faces: readonly T[],
  { width, height }: { width: number; height: number },
  isFollowed: (face: T) => boolean,
): T | null {
  let best: T | null = null;
  let bestWeight = 0;
  for (const face of faces) {
    const dx = (face.x + face.width / 2) / width - 0.5;
    const dy = (face.y + face.height / 2) / height - 0.5;
    const offCentre = Math.min(1, Math.hypot(dx, dy) / 0.5);
    const weight = Math.max(face.width, face.height) * (1 - 0.5 * offCentre) * (isFollowed(face) ? HYSTERESIS : 1);
    if (weight > bestWeight) [best, bestWeight] = [face, weight];
  }
  return best;
}
