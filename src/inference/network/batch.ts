import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { MODALITIES } from '../../common/emotions.js';
import { normaliseFaces } from '../../features/face-normalise.js';
import {
  FACE_CROPS,
  FACE_QUALITY,
  FACE_SIZE,
  MEL_BANDS,
  MEL_FRAMES,
  VOICE_QUALITY,
  WORD_NGRAMS,
  WORD_TOKENS,
  WORDS_META,
} from '../../features/types.js';
import type { ModelInput } from '../types.js';
import { QUALITIES } from './fusion.js';

/**
 * A batch as tensors. Encoders run only on what is there: inputs are gathered, and an index per row (0: absent, k + 1: the
 * k-th gathered item) scatters the embeddings back. Null: nobody in the batch has that modality.
 */
export interface NetworkBatch {
  size: number;
  /** All crops of all rows, count × 48 × 48 × 1; index: size × FACE_CROPS. */
  face: { x: Tensor4D; index: Int32Array } | null;
  /** count × MEL_FRAMES × MEL_BANDS × 1; index: size. */
  voice: { x: Tensor4D; index: Int32Array } | null;
  /** count × WORD_TOKENS × WORD_NGRAMS and count × WORDS_META; index: size. */
  words: { ids: Tensor3D; meta: Tensor2D; index: Int32Array } | null;
  /** size × 3 of 0 and 1. */
  present: Tensor2D;
  /** size × QUALITIES. */
  quality: Tensor2D;
}

/** How many rows an encoder is given for so many that are there; those added are zeros, and nobody reads what comes of them. */
export type RowsFor = (there: number) => number;
const asManyAsThere: RowsFor = (there) => there;
/** So that an encoder sees few different shapes. */
export const powerOfTwo: RowsFor = (there) => 2 ** Math.ceil(Math.log2(there));

/**
 * Builds the tensors of a batch; the caller disposes them (or runs inside `tf.tidy`). Inputs must be valid.
 * @param rowsFor for engines that prepare themselves anew for every shape
 */
export function toNetworkBatch(inputs: readonly ModelInput[], rowsFor = asManyAsThere): NetworkBatch {
  const size = inputs.length;
  const present = new Float32Array(size * MODALITIES.length);
  const quality = new Float32Array(size * QUALITIES);
  inputs.forEach(({ face, voice, words }, row) => {
    const at = row * QUALITIES;
    MODALITIES.forEach((modality, i) => {
      const there = { face, voice, words }[modality] !== null;
      present[row * MODALITIES.length + i] = there ? 1 : 0;
    });
    if (face) quality.set(face.quality, at);
    if (voice) quality.set(voice.quality, at + FACE_QUALITY.length);
    if (words) quality.set(words.quality, at + FACE_QUALITY.length + VOICE_QUALITY.length);
  });
  return {
    size,
    face: faceTensors(inputs, rowsFor),
    voice: voiceTensors(inputs, rowsFor),
    words: wordsTensors(inputs, rowsFor),
    present: tf.tensor2d(present, [size, MODALITIES.length]),
    quality: tf.tensor2d(quality, [size, QUALITIES]),
  };
}

function faceTensors(inputs: readonly ModelInput[], rowsFor: RowsFor): NetworkBatch['face'] {
  const count = inputs.reduce((sum, { face }) => sum + (face?.count ?? 0), 0);
  if (count === 0) return null;
  const pixels = FACE_SIZE * FACE_SIZE;
  const rows = rowsFor(count);
  const values = new Float32Array(rows * pixels);
  const index = new Int32Array(inputs.length * FACE_CROPS);
  let next = 0;
  inputs.forEach(({ face }, row) => {
    if (!face) return;
    normaliseFaces(face.crops, face.count, values.subarray(next * pixels, (next + face.count) * pixels));
    for (let crop = 0; crop < face.count; crop++) index[row * FACE_CROPS + crop] = ++next;
  });
  return { x: tf.tensor4d(values, [rows, FACE_SIZE, FACE_SIZE, 1]), index };
}

function voiceTensors(inputs: readonly ModelInput[], rowsFor: RowsFor): NetworkBatch['voice'] {
  const index = presentIndex(inputs, ({ voice }) => voice !== null);
  const there = inputs.flatMap(({ voice }) => (voice ? [voice] : []));
  if (there.length === 0) return null;
  const rows = rowsFor(there.length);
  const values = new Float32Array(rows * MEL_FRAMES * MEL_BANDS);
  there.forEach(({ logMel }, i) => values.set(logMel, i * MEL_FRAMES * MEL_BANDS));
  return { x: tf.tensor4d(values, [rows, MEL_FRAMES, MEL_BANDS, 1]), index };
}

function wordsTensors(inputs: readonly ModelInput[], rowsFor: RowsFor): NetworkBatch['words'] {
  const index = presentIndex(inputs, ({ words }) => words !== null);
  const there = inputs.flatMap(({ words }) => (words ? [words] : []));
  if (there.length === 0) return null;
  const rows = rowsFor(there.length);
  const ids = new Int32Array(rows * WORD_TOKENS * WORD_NGRAMS);
  const metas = new Float32Array(rows * WORDS_META);
  there.forEach(({ tokens, meta }, i) => {
    ids.set(tokens, i * WORD_TOKENS * WORD_NGRAMS);
    metas.set(meta, i * WORDS_META);
  });
  return {
    ids: tf.tensor3d(ids, [rows, WORD_TOKENS, WORD_NGRAMS], 'int32'),
    meta: tf.tensor2d(metas, [rows, WORDS_META]),
    index,
  };
}

function presentIndex(inputs: readonly ModelInput[], present: (input: ModelInput) => boolean): Int32Array {
  let next = 0;
  return Int32Array.from(inputs, (input) => (present(input) ? ++next : 0));
}
