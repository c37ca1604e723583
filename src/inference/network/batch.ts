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

/** Builds the tensors of a batch; the caller disposes them (or runs inside `tf.tidy`). Inputs must be valid. */
export function toNetworkBatch(inputs: readonly ModelInput[]): NetworkBatch {
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
    face: faceTensors(inputs),
    voice: voiceTensors(inputs),
    words: wordsTensors(inputs),
    present: tf.tensor2d(present, [size, MODALITIES.length]),
    quality: tf.tensor2d(quality, [size, QUALITIES]),
  };
}

function faceTensors(inputs: readonly ModelInput[]): NetworkBatch['face'] {
  const count = inputs.reduce((sum, { face }) => sum + (face?.count ?? 0), 0);
  if (count === 0) return null;
  const pixels = FACE_SIZE * FACE_SIZE;
  const values = new Float32Array(count * pixels);
  const index = new Int32Array(inputs.length * FACE_CROPS);
  let next = 0;
  inputs.forEach(({ face }, row) => {
    if (!face) return;
    normaliseFaces(face.crops, face.count, values.subarray(next * pixels, (next + face.count) * pixels));
    for (let crop = 0; crop < face.count; crop++) index[row * FACE_CROPS + crop] = ++next;
  });
  return { x: tf.tensor4d(values, [count, FACE_SIZE, FACE_SIZE, 1]), index };
}

function voiceTensors(inputs: readonly ModelInput[]): NetworkBatch['voice'] {
  const index = presentIndex(inputs, ({ voice }) => voice !== null);
  const there = inputs.flatMap(({ voice }) => (voice ? [voice] : []));
  if (there.length === 0) return null;
  const values = new Float32Array(there.length * MEL_FRAMES * MEL_BANDS);
  there.forEach(({ logMel }, i) => values.set(logMel, i * MEL_FRAMES * MEL_BANDS));
  return { x: tf.tensor4d(values, [there.length, MEL_FRAMES, MEL_BANDS, 1]), index };
}

function wordsTensors(inputs: readonly ModelInput[]): NetworkBatch['words'] {
  const index = presentIndex(inputs, ({ words }) => words !== null);
  const there = inputs.flatMap(({ words }) => (words ? [words] : []));
  if (there.length === 0) return null;
  const ids = new Int32Array(there.length * WORD_TOKENS * WORD_NGRAMS);
  there.forEach(({ tokens }, i) => ids.set(tokens, i * WORD_TOKENS * WORD_NGRAMS));
  return {
    ids: tf.tensor3d(ids, [there.length, WORD_TOKENS, WORD_NGRAMS], 'int32'),
    meta: tf.tensor2d(
      there.flatMap(({ meta }) => meta),
      [there.length, WORDS_META],
    ),
    index,
  };
}

function presentIndex(inputs: readonly ModelInput[], present: (input: ModelInput) => boolean): Int32Array {
  let next = 0;
  return Int32Array.from(inputs, (input) => (present(input) ? ++next : 0));
}
