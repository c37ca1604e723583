import { EmostreamError } from '../../common/errors.js';
import {
  FACE_CROPS,
  FACE_QUALITY,
  FACE_SIZE,
  HEARD_STEPS,
  HEARD_WIDTH,
  MEL_BANDS,
  MEL_FRAMES,
  VOICE_QUALITY,
  WORD_BUCKETS,
  WORD_ROW,
  WORD_TOKENS,
  WORDS_META,
  WORDS_QUALITY,
  type Heard,
} from '../../features/types.js';
import type { ModelInput } from '../types.js';

/**
 * Refuses a window that would poison its batch: wrong lengths, values that are not finite, ids out of range.
 * @throws EmostreamError WINDOW_INVALID
 */
export function validateInput({ face, voice, words }: ModelInput): void {
  if (face) {
    if (!Number.isInteger(face.count) || face.count < 1 || face.count > FACE_CROPS) {
      refuse(`face.count is ${face.count}, not 1..${FACE_CROPS}`);
    }
    length('face.crops', face.crops, face.cropIds ? 0 : face.count * FACE_SIZE * FACE_SIZE);
    if (face.cropIds) length('face.cropIds', face.cropIds, face.count);
    fractions('face.quality', face.quality, FACE_QUALITY.length);
  }
  if (voice) {
    length('voice.logMel', voice.logMel, MEL_FRAMES * MEL_BANDS);
    if (!allFinite(voice.logMel)) refuse('voice.logMel holds a value that is not finite');
    fractions('voice.quality', voice.quality, VOICE_QUALITY.length);
    if (voice.heard) validateHeard(voice.heard);
  }
  if (words) {
    length('words.tokens', words.tokens, WORD_TOKENS * WORD_ROW);
    if (!words.tokens.every((id) => id >= 0 && id < WORD_BUCKETS)) {
      refuse(`words.tokens holds an id outside 0..${WORD_BUCKETS - 1}`);
    }
    fractions('words.meta', words.meta, WORDS_META);
    fractions('words.quality', words.quality, WORDS_QUALITY.length);
  }
}

function validateHeard({ frames, present }: Heard): void {
  length('voice.heard.frames', frames, HEARD_STEPS * HEARD_WIDTH);
  if (!allFinite(frames)) refuse('voice.heard.frames holds a value that is not finite');
  length('voice.heard.present', present, HEARD_STEPS);
  if (!present.every((one) => one === 0 || one === 1)) refuse('voice.heard.present holds a value other than 0 and 1');
  if (!present.includes(1)) refuse('voice.heard.present says that nothing was heard: then `heard` is null');
}

function length(name: string, values: ArrayLike<number>, expected: number): void {
  if (values.length !== expected) refuse(`${name} has ${values.length} values, not ${expected}`);
}

/** A loop: `every` with a function costs as much again as copying the values. */
function allFinite(values: Float32Array): boolean {
  // 0 · Infinity and 0 · NaN are NaN, and stay it.
  let zero = 0;
  for (let i = 0; i < values.length; i++) zero += 0 * values[i]!;
  return zero === 0;
}

function fractions(name: string, values: readonly number[], expected: number): void {
  length(name, values, expected);
  if (!values.every((value) => value >= 0 && value <= 1)) refuse(`${name} holds a value outside 0..1`);
}

function refuse(what: string): never {
  throw new EmostreamError('WINDOW_INVALID', `The window was refused: ${what}.`);
}
