/**
 * Why a picture that was sent to be answered by itself was not judged. `malformed`: it is no picture that can be decoded; `too-large`: it
 * has more pixels than are decoded; `rate`: more was sent than is looked at; `overloaded`: there is no room at the moment, or nothing
 * takes it just now; `consent`: its owner does not (or no longer) consent; `failed`: the network failed on it.
 */
export const PICTURE_REFUSALS = ['malformed', 'too-large', 'rate', 'overloaded', 'consent', 'failed'] as const;
export type PictureRefusal = (typeof PICTURE_REFUSALS)[number];

/** A face in one picture, judged by that picture alone. */
export interface JudgedFace {
  /** In pixels of the picture as it was sent, origin top left. */
  box: { x: number; y: number; width: number; height: number };
  /** How sure the search was that it is a face, 0..1. */
  certainty: number;
  /** Calibrated distribution over EMOTIONS; sums to 1. */
  probabilities: readonly number[];
  valence: number;
  arousal: number;
  confidence: number;
  /** Confidence is below the threshold of the model card. */
  uncertain: boolean;
}

/** What becomes of such a picture: the face that was judged, none where none was found, or why it was not looked at. */
export type PictureAnswer = { question: number } & ({ face: JudgedFace | null } | { refused: PictureRefusal });
