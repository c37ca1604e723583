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
    const same = followed !== null && sameFace(d, followed);
    const weight = weightOf(d, width, height) * (same ? HYSTERESIS : 1);
    if (weight > bestWeight) {
      best = d;
      bestWeight = weight;
    }
  }
  return best;
}

/** How much a face counts: its size, half of it at the border. */
function weightOf(face: Region, width: number, height: number): number {
  const dx = (face.x + face.width / 2) / width - 0.5;
  const dy = (face.y + face.height / 2) / height - 0.5;
  const offCentre = Math.min(1, Math.hypot(dx, dy) / 0.5);
  return Math.max(face.width, face.height) * (1 - 0.5 * offCentre);
}

/** The same among faces that are told apart, by id. @param before the one that was chosen last */
export function choosePrimary(
  faces: ReadonlyMap<string, Region>,
  width: number,
  height: number,
  before: string | null,
): string | null {
  let best: string | null = null;
  let bestWeight = 0;
  for (const [id, box] of faces) {
    const weight = weightOf(box, width, height) * (id === before ? HYSTERESIS : 1);
    if (weight > bestWeight) [best, bestWeight] = [id, weight];
  }
  return best;
}
