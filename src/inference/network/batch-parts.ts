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
import type { Part } from './upload.js';

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

/** Faces as the encoder reads them, filled up with zeros to so many rows. */
export function faceValues(crops: Uint8Array, count: number, rows: number): Float32Array {
  const values = new Float32Array(rows * PIXELS);
  normaliseFaces(crops, count, values.subarray(0, count * PIXELS));
  return values;
}

/** What is to be encoded of a modality, and the values of its tensors, the index first. */
export interface ModalityParts {
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

export function presenceParts(inputs: readonly EngineInput[]): [Part, Part] {
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

export function maskPart(inputs: readonly EngineInput[]): Part {
  const values = new Float32Array(inputs.length * FACE_CROPS);
  inputs.forEach(({ face }, row) => {
    if (face) values.fill(1, row * FACE_CROPS, row * FACE_CROPS + face.count);
  });
  return { values, shape: [inputs.length, FACE_CROPS] };
}

export function givenParts(inputs: readonly EngineInput[]): Record<Modality, Part | null> {
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

export function faceParts(inputs: readonly EngineInput[], shaping: Shaping): ModalityParts | null {
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

export function voiceParts(
  inputs: readonly EngineInput[],
  shaping: Shaping,
): (ModalityParts & { hasHeard: boolean }) | null {
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

export function wordsParts(inputs: readonly EngineInput[], shaping: Shaping): ModalityParts | null {
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
