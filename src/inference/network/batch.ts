import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
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
import { uploadEach, type Part } from './upload.js';

/**
 * Encoders run only on what is there: inputs are gathered, and an index per row (0: absent, k + 1: the k-th gathered item)
 * scatters the embeddings back.
 */
interface Gathered {
  index: Int32Array;
  /** The index as a tensor. */
  rows: Tensor1D;
}

/** A batch as tensors. Null: nobody in the batch has that modality. */
export interface NetworkBatch {
  size: number;
  /** All crops of all rows, count × 48 × 48 × 1; index: size × FACE_CROPS; mask: of the same, 1 where there is a crop. */
  face: (Gathered & { x: Tensor4D; mask: Tensor2D }) | null;
  /** count × MEL_FRAMES × MEL_BANDS × 1; index: size. */
  voice: (Gathered & { x: Tensor4D }) | null;
  /** count × WORD_TOKENS × WORD_NGRAMS and count × WORDS_META; index: size. */
  words: (Gathered & { ids: Tensor3D; meta: Tensor2D }) | null;
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
 * @param upload how the values get to the backend
 */
export function toNetworkBatch(
  inputs: readonly ModelInput[],
  rowsFor = asManyAsThere,
  upload = uploadEach,
): NetworkBatch {
  const size = inputs.length;
  const face = faceParts(inputs, rowsFor);
  const voice = voiceParts(inputs, rowsFor);
  const words = wordsParts(inputs, rowsFor);
  const parts: Part[] = [...presenceParts(inputs)];
  for (const modality of [face, voice, words]) if (modality) parts.push(...modality.parts);
  // In the order in which they were put in.
  const tensors = upload(parts).values();
  const next = <T extends Tensor>(): T => tensors.next().value as T;
  return {
    size,
    present: next<Tensor2D>(),
    quality: next<Tensor2D>(),
    face: face && { index: face.index, rows: next<Tensor1D>(), mask: next<Tensor2D>(), x: next<Tensor4D>() },
    voice: voice && { index: voice.index, rows: next<Tensor1D>(), x: next<Tensor4D>() },
    words: words && {
      ...{ index: words.index, rows: next<Tensor1D>() },
      ...{ ids: next<Tensor3D>(), meta: next<Tensor2D>() },
    },
  };
}

/** What is there of a modality, and the values of its tensors, the index first. */
interface ModalityParts {
  index: Int32Array;
  parts: Part[];
}

const indexPart = (index: Int32Array): Part => ({ values: index, shape: [index.length] });

function presenceParts(inputs: readonly ModelInput[]): [Part, Part] {
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
  return [
    { values: present, shape: [size, MODALITIES.length] },
    { values: quality, shape: [size, QUALITIES] },
  ];
}

function faceParts(inputs: readonly ModelInput[], rowsFor: RowsFor): ModalityParts | null {
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
  const mask = Float32Array.from(index, (at) => (at > 0 ? 1 : 0));
  return {
    index,
    parts: [
      indexPart(index),
      { values: mask, shape: [inputs.length, FACE_CROPS] },
      { values, shape: [rows, FACE_SIZE, FACE_SIZE, 1] },
    ],
  };
}

function voiceParts(inputs: readonly ModelInput[], rowsFor: RowsFor): ModalityParts | null {
  const index = presentIndex(inputs, ({ voice }) => voice !== null);
  const there = inputs.flatMap(({ voice }) => (voice ? [voice] : []));
  if (there.length === 0) return null;
  const rows = rowsFor(there.length);
  const values = new Float32Array(rows * MEL_FRAMES * MEL_BANDS);
  there.forEach(({ logMel }, i) => values.set(logMel, i * MEL_FRAMES * MEL_BANDS));
  return { index, parts: [indexPart(index), { values, shape: [rows, MEL_FRAMES, MEL_BANDS, 1] }] };
}

function wordsParts(inputs: readonly ModelInput[], rowsFor: RowsFor): ModalityParts | null {
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
    index,
    parts: [
      indexPart(index),
      { values: ids, shape: [rows, WORD_TOKENS, WORD_NGRAMS] },
      { values: metas, shape: [rows, WORDS_META] },
    ],
  };
}

function presentIndex(inputs: readonly ModelInput[], present: (input: ModelInput) => boolean): Int32Array {
  let next = 0;
  return Int32Array.from(inputs, (input) => (present(input) ? ++next : 0));
}
