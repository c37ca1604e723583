import { EMOTIONS, MODALITIES, type Modality } from '../common/emotions.js';
import { EmostreamError } from '../common/errors.js';
import { FACE_CROPS } from '../features/types.js';
import type { Calibration } from './model-format.js';
import { EMBEDDING } from './network/sizes.js';
import type { EmotionScores, EngineInput, Judgement } from './types.js';
import { thresholdOf } from './uncertain.js';

const CLASSES = EMOTIONS.length;
/** One row of what the network answers: fused logits, affect, weights, then the logits of each modality. */
export const ROW = CLASSES + 2 + MODALITIES.length + MODALITIES.length * CLASSES;

/** What the network should never say: of a batch, one window of which may be to blame, or of a backend that fails. */
export class NotFinite extends EmostreamError {
  constructor() {
    super('INTERNAL', 'The network answered a value that is not finite: run `emostream doctor`.');
  }
}

/** @throws NotFinite */
export function requireFinite(values: Float32Array): Float32Array {
  if (!values.every(Number.isFinite)) throw new NotFinite();
  return values;
}

/**
 * Judges something with weights that are new, and takes it for their fault if the answer is not finite.
 * @throws EmostreamError MODEL_INVALID then
 */
export async function refuseUnfinite(modelDir: string, judge: () => Promise<unknown>): Promise<void> {
  try {
    await judge();
  } catch (cause) {
    if (!(cause instanceof NotFinite)) throw cause;
    const message = `The model in ${modelDir} was refused: its weights give values that are not finite.`;
    throw new EmostreamError('MODEL_INVALID', message, { cause });
  }
}

/** @param values rows of `stride` values, of which the first are what `packOutput` gave for the batch */
export function unpackScores(
  values: Float32Array,
  batch: readonly EngineInput[],
  calibration: Calibration,
  stride = ROW,
): EmotionScores[] {
  return batch.map((input, row) => toScores(values.subarray(row * stride, row * stride + ROW), input, calibration));
}

/** What follows the scores in each row: encodings of the modalities that anybody in the batch gave as measured. */
export function unpackEncodings(
  values: Float32Array,
  batch: readonly EngineInput[],
  stride: number,
): Judgement['encoded'][] {
  const measured = (input: EngineInput, modality: Modality) => {
    const of = input[modality];
    return of !== null && !('encoded' in of);
  };
  const none: Judgement['encoded'] = { face: null, voice: null, words: null };
  const out = batch.map(() => ({ ...none }));
  let at = ROW;
  for (const modality of MODALITIES) {
    if (!batch.some((input) => measured(input, modality))) continue;
    batch.forEach((input, row) => {
      if (!measured(input, modality)) return;
      const crops = modality === 'face' ? input.face!.count : 1;
      out[row]![modality] = values.slice(row * stride + at, row * stride + at + crops * EMBEDDING);
    });
    at += (modality === 'face' ? FACE_CROPS : 1) * EMBEDDING;
  }
  return out;
}

const presentIn = (input: EngineInput): Modality[] => MODALITIES.filter((modality) => input[modality] !== null);

/** The key of the fused head's temperature for what is present in a window. */
export function presenceKey(input: EngineInput): string {
  return presentIn(input).join('+');
}

/** The temperatures of a window, of the fused head and of a modality's own. */
function temperatures(input: EngineInput, calibration: Calibration) {
  const key = presenceKey(input);
  const heard = !!input.voice?.heard;
  return {
    fused: (heard && calibration.fused[key.replace('voice', 'voiceHeard')]) || (calibration.fused[key] ?? 1),
    of: (modality: Modality): number =>
      modality === 'voice' && heard ? (calibration.voiceHeard ?? calibration.voice) : calibration[modality],
  };
}

function toScores(row: Float32Array, input: EngineInput, calibration: Calibration): EmotionScores {
  const perModality = <T>(make: (modality: Modality, i: number) => T): Record<Modality, T> => ({
    face: make('face', 0),
    voice: make('voice', 1),
    words: make('words', 2),
  });
  const ownAt = CLASSES + 2 + MODALITIES.length;
  if (presenceKey(input) === '') {
    const nobody = perModality(() => null);
    const weights = perModality(() => 0);
    const nothing = { probabilities: null, valence: null, arousal: null };
    return { ...nothing, confidence: 0, uncertain: true, weights, modalities: nobody };
  }
  const temperature = temperatures(input, calibration);
  const probabilities = softmax(row.subarray(0, CLASSES), temperature.fused);
  const confidence = Math.max(...probabilities);
  return {
    probabilities,
    valence: row[CLASSES]!,
    arousal: row[CLASSES + 1]!,
    confidence,
    uncertain: confidence < thresholdOf(calibration.uncertainBelow, presentIn(input)),
    weights: perModality((_, i) => row[CLASSES + 2 + i]!),
    modalities: perModality((modality, i) => {
      if (input[modality] === null) return null;
      return softmax(row.subarray(ownAt + i * CLASSES, ownAt + (i + 1) * CLASSES), temperature.of(modality));
    }),
  };
}

/** softmax(logits / temperature) (Guo et al. 2017). */
export function softmax(logits: ArrayLike<number>, temperature: number): number[] {
  const scaled = Array.from(logits, (logit) => logit / temperature);
  const top = Math.max(...scaled);
  const powers = scaled.map((value) => Math.exp(value - top));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
