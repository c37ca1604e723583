import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { MODALITIES, type Modality } from '../../common/emotions.js';
import { normaliseFaces } from '../../features/face-normalise.js';
import {
  FACE_CROPS,
  FACE_QUALITY,
  FACE_SIZE,
  HEARD_STEPS,
  HEARD_WIDTH,
  MEL_BANDS,
  MEL_FRAMES,
  VOICE_QUALITY,
  WORD_ROW,
  WORD_TOKENS,
  WORDS_META,
  type Heard,
} from '../../features/types.js';
import type { Encoded, EngineInput } from '../types.js';
import { QUALITIES } from './fusion.js';
import { EMBEDDING } from './sizes.js';
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

/** What shapes the encoders are given for what is there; what is added is zeros, and nobody reads what comes of it. */
export interface Shaping {
  rows(there: number): number;
  /** Tokens of the longest text. */
  tokens(there: number): number;
}
/** Nothing is computed for nothing. */
export const asThere: Shaping = { rows: (there) => there, tokens: (there) => there };
/** For engines that prepare themselves for a shape when they first see it. */
export const fewShapes: Shaping = {
  rows: (there) => 2 ** Math.ceil(Math.log2(there)),
  tokens: () => WORD_TOKENS,
};

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

/** Faces as the encoder reads them, filled up with zeros to so many rows. */
export function faceValues(crops: Uint8Array, count: number, rows: number): Float32Array {
  const values = new Float32Array(rows * PIXELS);
  normaliseFaces(crops, count, values.subarray(0, count * PIXELS));
  return values;
}

/** What is to be encoded of a modality, and the values of its tensors, the index first. */
interface ModalityParts {
  index: Int32Array;
  parts: Part[];
}

const PIXELS = FACE_SIZE * FACE_SIZE;
const TOKENS_LENGTH = WORD_TOKENS * WORD_ROW;
const MEL_LENGTH = MEL_FRAMES * MEL_BANDS;
const HEARD_LENGTH = HEARD_STEPS * HEARD_WIDTH;
const indexPart = (index: Int32Array): Part => ({ values: index, shape: [index.length] });
/** The modality as it was measured; null where it is absent or was encoded before. */
const measured = <M extends object>(of: M | Encoded | null): Exclude<M, Encoded> | null =>
  of && !('encoded' in of) ? (of as Exclude<M, Encoded>) : null;

function presenceParts(inputs: readonly EngineInput[]): [Part, Part] {
  const size = inputs.length;
  const present = new Float32Array(size * MODALITIES.length);
  const quality = new Float32Array(size * QUALITIES);
  inputs.forEach((input, row) => {
    const { face, voice, words } = input;
    const at = row * QUALITIES;
    MODALITIES.forEach((modality, i) => (present[row * MODALITIES.length + i] = input[modality] ? 1 : 0));
    if (face) quality.set(face.quality, at);
    if (voice) quality.set(voice.quality, at + FACE_QUALITY.length);
    if (words) quality.set(words.quality, at + FACE_QUALITY.length + VOICE_QUALITY.length);
  });
  return [
    { values: present, shape: [size, MODALITIES.length] },
    { values: quality, shape: [size, QUALITIES] },
  ];
}

function maskPart(inputs: readonly EngineInput[]): Part {
  const values = new Float32Array(inputs.length * FACE_CROPS);
  inputs.forEach(({ face }, row) => {
    if (face) values.fill(1, row * FACE_CROPS, row * FACE_CROPS + face.count);
  });
  return { values, shape: [inputs.length, FACE_CROPS] };
}

function givenParts(inputs: readonly EngineInput[]): Record<Modality, Part | null> {
  const part = (modality: Modality, perWindow: number): Part | null => {
    let values: Float32Array | null = null;
    inputs.forEach((input, row) => {
      const of = input[modality];
      if (!of || !('encoded' in of)) return;
      values ??= new Float32Array(inputs.length * perWindow * EMBEDDING);
      values.set(of.encoded, row * perWindow * EMBEDDING);
    });
    return values && { values, shape: [inputs.length * perWindow, EMBEDDING] };
  };
  return { face: part('face', FACE_CROPS), voice: part('voice', 1), words: part('words', 1) };
}

function faceParts(inputs: readonly EngineInput[], shaping: Shaping): ModalityParts | null {
  const faces = inputs.map(({ face }) => measured(face));
  const count = faces.reduce((sum, face) => sum + (face?.count ?? 0), 0);
  if (count === 0) return null;
  const rows = shaping.rows(count);
  const values = new Float32Array(rows * PIXELS);
  const index = new Int32Array(inputs.length * FACE_CROPS);
  let next = 0;
  faces.forEach((face, row) => {
    if (!face) return;
    normaliseFaces(face.crops, face.count, values.subarray(next * PIXELS, (next + face.count) * PIXELS));
    for (let crop = 0; crop < face.count; crop++) index[row * FACE_CROPS + crop] = ++next;
  });
  return { index, parts: [indexPart(index), { values, shape: [rows, FACE_SIZE, FACE_SIZE, 1] }] };
}

function voiceParts(inputs: readonly EngineInput[], shaping: Shaping): (ModalityParts & { hasHeard: boolean }) | null {
  const { index, there } = gathered(inputs.map(({ voice }) => measured(voice)));
  if (there.length === 0) return null;
  const rows = shaping.rows(there.length);
  const values = new Float32Array(rows * MEL_LENGTH);
  there.forEach(({ logMel }, i) => values.set(logMel, i * MEL_LENGTH));
  const heard = heardParts(there, rows);
  const mel = { values, shape: [rows, MEL_FRAMES, MEL_BANDS, 1] };
  return { index, parts: [indexPart(index), mel, ...heard], hasHeard: heard.length > 0 };
}

/** Frames and presence, or nothing where nobody has any: then nothing is uploaded. */
function heardParts(there: readonly { heard: Heard | null }[], rows: number): Part[] {
  if (!there.some(({ heard }) => heard)) return [];
  const frames = new Float32Array(rows * HEARD_LENGTH);
  const present = new Float32Array(rows * HEARD_STEPS);
  there.forEach(({ heard }, i) => {
    if (!heard) return;
    frames.set(heard.frames, i * HEARD_LENGTH);
    present.set(heard.present, i * HEARD_STEPS);
  });
  return [
    { values: frames, shape: [rows, HEARD_STEPS, HEARD_WIDTH] },
    { values: present, shape: [rows, HEARD_STEPS] },
  ];
}

function wordsParts(inputs: readonly EngineInput[], shaping: Shaping): ModalityParts | null {
  const { index, there } = gathered(inputs.map(({ words }) => measured(words)));
  if (there.length === 0) return null;
  const rows = shaping.rows(there.length);
  const length = shaping.tokens(Math.max(1, ...there.map(({ tokens }) => tokensIn(tokens))));
  const ids = new Int32Array(rows * length * WORD_ROW);
  const metas = new Float32Array(rows * WORDS_META);
  there.forEach(({ tokens, meta }, i) => {
    ids.set(tokens.subarray(0, length * WORD_ROW), i * length * WORD_ROW);
    metas.set(meta, i * WORDS_META);
  });
  return {
    index,
    parts: [
      indexPart(index),
      { values: ids, shape: [rows, length, WORD_ROW] },
      { values: metas, shape: [rows, WORDS_META] },
    ],
  };
}

/** Tokens up to the last that is not padding. */
function tokensIn(ids: Int32Array): number {
  let end = TOKENS_LENGTH;
  while (end > 0 && ids[end - 1] === 0) end--;
  return Math.ceil(end / WORD_ROW);
}

function gathered<T>(items: readonly (T | null)[]): { index: Int32Array; there: T[] } {
  const there: T[] = [];
  const index = Int32Array.from(items, (item) => (item === null ? 0 : there.push(item)));
  return { index, there };
}
