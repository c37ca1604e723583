import { overlap, type Detection } from './blazeface-anchors.js';
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
 */
export function chooseFace(
  detections: readonly Detection[],
  width: number,
  height: number,
  followed: Region | null,
): Detection | null {
  let best: Detection | null = null;
  let bestWeight = 0;
  for (const d of detections) {
    const dx = (d.x + d.width / 2) / width - 0.5;
    const dy = (d.y + d.height / 2) / height - 0.5;
    const offCentre = Math.min(1, Math.hypot(dx, dy) / 0.5);
    const same = followed !== null && sameFace(d, followed);
    const weight = Math.max(d.width, d.height) * (1 - 0.5 * offCentre) * (same ? HYSTERESIS : 1);
    if (weight > bestWeight) {
      best = d;
      bestWeight = weight;
    }
  }
  return best;
}
