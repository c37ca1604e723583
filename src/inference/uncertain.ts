import { z } from 'zod';
import type { Modality } from '../common/emotions.js';

const confidence = z.number().min(0).max(1);

/**
 * Below which calibrated probability of the top label an answer is `uncertain`: that of one modality alone, by which, and that of
 * several. How sure a face has to be says nothing of a voice. A model may give one number for all.
 */
export const uncertainBelowSchema = z
  .union([confidence, z.strictObject({ face: confidence, voice: confidence, words: confidence, fused: confidence })])
  .transform((given) =>
    typeof given === 'number' ? { face: given, voice: given, words: given, fused: given } : given,
  );
export type UncertainBelow = z.output<typeof uncertainBelowSchema>;

/** @param present what was judged, at least one */
export function thresholdOf(thresholds: UncertainBelow, present: readonly Modality[]): number {
  const [only, ...others] = present;
  return only !== undefined && others.length === 0 ? thresholds[only] : thresholds.fused;
}
