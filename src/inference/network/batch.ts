import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Modality } from '../../common/emotions.js';
import type { EngineInput } from '../types.js';
import {
  asThere,
  faceParts,
  givenParts,
  maskPart,
  presenceParts,
  voiceParts,
  wordsParts,
  type Shaping,
} from './batch-parts.js';
import { uploadEach, type Part } from './upload.js';
import type { HeardTensors } from './voice-encoder.js';

/**
 * Encoders run only on what is there: inputs are gathered, and an index per row (0: absent, k + 1: the k-th gathered item)
 * scatters the embeddings back.
 */
interface Gathered {
  index: Int32Array;
  /** The index as a tensor. */
  rows: Tensor1D;
}

/** A batch as tensors. Null: of nobody in the batch is that there. */
export interface NetworkBatch {
  size: number;
  /** All crops of all rows, count × 48 × 48 × 1; index: size × FACE_CROPS. */
  face: (Gathered & { x: Tensor4D }) | null;
  /** count × MEL_FRAMES × MEL_BANDS × 1; index: size. heard: null where nothing was heard in any of them. */
  voice: (Gathered & { x: Tensor4D; heard: HeardTensors | null }) | null;
  /** count × tokens × WORD_ROW and count × WORDS_META; index: size. */
  words: (Gathered & { ids: Tensor3D; meta: Tensor2D }) | null;
  /** What was encoded before, in its place, zeros elsewhere: size · FACE_CROPS × EMBEDDING of faces, size × EMBEDDING of the rest. */
  given: Record<Modality, Tensor2D | null>;
  /** size × FACE_CROPS, 1 where there is a crop, encoded or not; null where there is no face. */
  mask: Tensor2D | null;
  /** size × 3 of 0 and 1. */
  present: Tensor2D;
  /** size × QUALITIES. */
  quality: Tensor2D;
}

/**
 * Builds the tensors of a batch; the caller disposes them (or runs inside `tf.tidy`). Inputs must be valid.
 * @param upload how the values get to the backend
 */
export function toNetworkBatch(
  inputs: readonly EngineInput[],
  shaping: Shaping = asThere,
  upload = uploadEach,
): NetworkBatch {
  const face = faceParts(inputs, shaping);
  const voice = voiceParts(inputs, shaping);
  const words = wordsParts(inputs, shaping);
  const given = givenParts(inputs);
  const mask = inputs.some((input) => input.face) ? maskPart(inputs) : null;
  const parts: Part[] = [...presenceParts(inputs)];
  for (const modality of [face, voice, words]) if (modality) parts.push(...modality.parts);
  for (const part of [mask, given.face, given.voice, given.words]) if (part) parts.push(part);
  // In the order in which they were put in.
  const tensors = upload(parts).values();
  const next = <T extends Tensor>(): T => tensors.next().value as T;
  return {
    size: inputs.length,
    present: next<Tensor2D>(),
    quality: next<Tensor2D>(),
    face: face && { index: face.index, rows: next<Tensor1D>(), x: next<Tensor4D>() },
    voice: voice && {
      ...{ index: voice.index, rows: next<Tensor1D>(), x: next<Tensor4D>() },
      heard: voice.hasHeard ? { frames: next<Tensor3D>(), present: next<Tensor2D>() } : null,
    },
    words: words && {
      ...{ index: words.index, rows: next<Tensor1D>() },
      ...{ ids: next<Tensor3D>(), meta: next<Tensor2D>() },
    },
    mask: mask && next<Tensor2D>(),
    given: {
      face: given.face && next<Tensor2D>(),
      voice: given.voice && next<Tensor2D>(),
      words: given.words && next<Tensor2D>(),
    },
  };
}
