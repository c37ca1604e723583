import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { EMOTIONS, MODALITIES, type Modality } from '../common/emotions.js';
import { EmostreamError } from '../common/errors.js';
import { FACE_CROPS, FACE_SIZE } from '../features/types.js';
import { fullWindow } from './full-window.js';
import { loadModel, type Calibration } from './model-format.js';
import { asThere, faceValues, fewShapes, toNetworkBatch, type NetworkBatch } from './network/batch.js';
import { faceEncoder } from './network/face-encoder.js';
import { fusionNetwork, type NetworkOutput } from './network/fusion-network.js';
import { InferenceLayers } from './network/inference-layers.js';
import { EMBEDDING } from './network/sizes.js';
import { uploadTogether } from './network/upload.js';
import { knowsHeard } from './network/voice-encoder.js';
import { thresholdOf } from './uncertain.js';
import {
  PREPARES_SHAPES,
  type EmotionScores,
  type EngineInput,
  type Engine,
  type EngineMemory,
  type EngineName,
  type Judgement,
  type ModelInfo,
  type ModelInput,
} from './types.js';

const CLASSES = EMOTIONS.length;
/** One row of the single readback: fused logits, affect, weights, then the logits of each modality. */
const ROW = CLASSES + 2 + MODALITIES.length + MODALITIES.length * CLASSES;

/** What the network should never say: of a batch, one window of which may be to blame, or of a backend that fails. */
class NotFinite extends EmostreamError {
  constructor() {
    super('INTERNAL', 'The network answered a value that is not finite: run `emostream doctor`.');
  }
}

/** The network on a TensorFlow.js backend that the caller has already made ready; it must stay the current backend. */
export class TfjsEngine implements Engine {
  readonly name: EngineName;
  readonly lanes = 1;
  /** On a GPU: batches of few shapes, and each in one upload. */
  readonly #onGpu: boolean;
  #weights = new Map<string, Tensor>();
  #layers: InferenceLayers | null = null;
  #calibration: Calibration | null = null;

  constructor(name: EngineName) {
    this.name = name;
    this.#onGpu = PREPARES_SHAPES.has(name);
  }

  async load(modelDir: string): Promise<ModelInfo> {
    const { manifest, weights } = await loadModel(modelDir);
    const here = this.name === 'wasm' ? [...weights.keys()].filter((name) => name.endsWith('/table')) : [];
    const tables = new Map(here.map((name) => [name, weights.get(name)!]));
    for (const name of here) weights.delete(name);
    const tensors = new Map([...weights].map(([name, { shape, values }]) => [name, tf.tensor(values, shape)]));
    const previous = this.#weights;
    try {
      const layers = new InferenceLayers(tensors, tables);
      // Runs the whole graph once, so that a weight that is missing, misshapen or too large is found now and not in a call.
      await this.#outputOf(layers, [fullWindow(0)]).catch((error: unknown) => {
        if (!(error instanceof NotFinite)) throw error;
        const message = `The model in ${modelDir} was refused: its weights give values that are not finite.`;
        throw new EmostreamError('MODEL_INVALID', message, { cause: error });
      });
      this.#layers = layers;
    } catch (error) {
      tf.dispose([...tensors.values()]);
      throw error;
    }
    this.#weights = tensors;
    this.#calibration = manifest.calibration;
    tf.dispose([...previous.values()]);
    return { name: manifest.name, version: manifest.version, hears: knowsHeard(weights) };
  }

  async run(batch: readonly EngineInput[]): Promise<Judgement[]> {
    const { layers, calibration } = this.#loaded();
    if (batch.length === 0) return [];
    const values = await this.#outputOf(layers, batch);
    const stride = values.length / batch.length;
    const scores = unpackScores(values, batch, calibration, stride);
    const encoded = unpackEncodings(values, batch, stride);
    return scores.map((each, i) => ({ scores: each, encoded: encoded[i]! }));
  }

  async encodeFaces(crops: Uint8Array, count: number): Promise<Float32Array> {
    const { layers } = this.#loaded();
    if (count === 0) return new Float32Array(0);
    const rows = this.#onGpu ? fewShapes.rows(count) : count;
    const values = await readBack(() => {
      const x: Tensor4D = tf.tensor4d(faceValues(crops, count, rows), [rows, FACE_SIZE, FACE_SIZE, 1]);
      return faceEncoder(layers, x);
    });
    return values.slice(0, count * EMBEDDING);
  }

  #loaded(): { layers: InferenceLayers; calibration: Calibration } {
    const [layers, calibration] = [this.#layers, this.#calibration];
    if (!layers || !calibration) throw new EmostreamError('WRONG_STATE', 'Load a model before running the engine.');
    return { layers, calibration };
  }

  /** @throws NotFinite */
  #outputOf(layers: InferenceLayers, batch: readonly EngineInput[]): Promise<Float32Array> {
    const toBatch = (): NetworkBatch =>
      this.#onGpu ? toNetworkBatch(batch, fewShapes, uploadTogether) : toNetworkBatch(batch, asThere);
    return readBack(() => {
      const output = fusionNetwork(layers, toBatch());
      const { face, voice, words } = output.encoded;
      return tf.concat([packOutput(output), ...[face, voice, words].filter((part) => part !== null)], 1) as Tensor2D;
    });
  }

  async warmUp(sizes: readonly number[]): Promise<void> {
    for (const size of sizes) {
      const full = Array.from({ length: size }, (_, i) => fullWindow(i));
      const judged = await this.run(full);
      if (!this.#onGpu) continue;
      // Fewer crops are other shapes of the face encoder, a voice of which nothing was heard another network, and what was encoded
      // before is added by a program of its own.
      await this.run(full.map(oneCrop));
      await this.run(full.map(unheard));
      for (const which of [['face'], ['face', 'voice'], MODALITIES] as const) {
        await this.run(full.map((input, i) => encodedOnly(input, judged[i]!, which)));
      }
      const { crops } = full[0]!.face!;
      for (const count of [size, size * FACE_CROPS]) await this.encodeFaces(repeated(crops, count), count);
    }
  }

  memory(): Promise<EngineMemory> {
    const { numTensors, numBytes } = tf.memory();
    return Promise.resolve({ tensors: numTensors, bytes: numBytes });
  }

  dispose(): Promise<void> {
    tf.dispose([...this.#weights.values()]);
    this.#weights = new Map();
    this.#layers = null;
    return Promise.resolve();
  }
}

/** @throws NotFinite */
async function readBack(compute: () => Tensor): Promise<Float32Array> {
  const output = tf.tidy(compute);
  try {
    const values = await output.data<'float32'>();
    if (!values.every(Number.isFinite)) throw new NotFinite();
    return values;
  } finally {
    output.dispose();
  }
}

/** So many crops, of those there are again and again. */
function repeated(crops: Uint8Array, count: number): Uint8Array {
  return Uint8Array.from({ length: count * FACE_SIZE * FACE_SIZE }, (_, i) => crops[i % crops.length]!);
}

/** The named modalities as they were encoded. */
function encodedOnly(input: ModelInput, { encoded }: Judgement, which: readonly Modality[]): EngineInput {
  const { face, voice, words } = input;
  return {
    face: face && which.includes('face') ? { count: face.count, quality: face.quality, encoded: encoded.face! } : face,
    voice:
      voice && which.includes('voice')
        ? { quality: voice.quality, encoded: encoded.voice!, heard: voice.heard !== null }
        : voice,
    words: words && which.includes('words') ? { quality: words.quality, encoded: encoded.words! } : words,
  };
}

function unheard(input: ModelInput): ModelInput {
  return { ...input, voice: input.voice && { ...input.voice, heard: null } };
}

function oneCrop(input: ModelInput): ModelInput {
  const { face } = input;
  return { ...input, face: face && { ...face, count: 1, crops: face.crops.subarray(0, FACE_SIZE * FACE_SIZE) } };
}

/** All of the network's output side by side, so that one readback brings it: size × ROW. */
export function packOutput({ fused, heads }: NetworkOutput): Tensor2D {
  const own = MODALITIES.map((modality) => heads[modality].logits);
  return tf.concat([fused.logits, fused.affect, fused.weights, ...own], 1) as Tensor2D;
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
function unpackEncodings(values: Float32Array, batch: readonly EngineInput[], stride: number): Judgement['encoded'][] {
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
