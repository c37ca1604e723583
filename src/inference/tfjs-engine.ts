import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { EMOTIONS, MODALITIES, type Modality } from '../common/emotions.js';
import { EmostreamError } from '../common/errors.js';
import { FACE_SIZE } from '../features/types.js';
import { fullWindow } from './full-window.js';
import { loadModel, type Calibration } from './model-format.js';
import { powerOfTwo, toNetworkBatch, type NetworkBatch } from './network/batch.js';
import { fusionNetwork, type NetworkOutput } from './network/fusion-network.js';
import { InferenceLayers } from './network/inference-layers.js';
import { uploadTogether } from './network/upload.js';
import { validateInput } from './network/validate-input.js';
import {
  PREPARES_SHAPES,
  type EmotionScores,
  type Engine,
  type EngineMemory,
  type EngineName,
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
    const tensors = new Map([...weights].map(([name, { shape, values }]) => [name, tf.tensor(values, shape)]));
    const previous = this.#weights;
    try {
      const layers = new InferenceLayers(tensors);
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
    return { name: manifest.name, version: manifest.version };
  }

  async run(batch: readonly ModelInput[]): Promise<EmotionScores[]> {
    const layers = this.#layers;
    const calibration = this.#calibration;
    if (!layers || !calibration) throw new EmostreamError('WRONG_STATE', 'Load a model before running the engine.');
    batch.forEach(validateInput);
    if (batch.length === 0) return [];
    return unpackScores(await this.#outputOf(layers, batch), batch, calibration);
  }

  /** @throws NotFinite */
  async #outputOf(layers: InferenceLayers, batch: readonly ModelInput[]): Promise<Float32Array> {
    const toBatch = (): NetworkBatch =>
      this.#onGpu ? toNetworkBatch(batch, powerOfTwo, uploadTogether) : toNetworkBatch(batch);
    const packed = tf.tidy(() => packOutput(fusionNetwork(layers, toBatch())));
    try {
      const values = await packed.data<'float32'>();
      if (!values.every(Number.isFinite)) throw new NotFinite();
      return values;
    } finally {
      packed.dispose();
    }
  }

  async warmUp(sizes: readonly number[]): Promise<void> {
    for (const size of sizes) {
      const full = Array.from({ length: size }, (_, i) => fullWindow(i));
      await this.run(full);
      // Fewer crops are other shapes of the face encoder.
      if (this.#onGpu) await this.run(full.map(oneCrop));
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

function oneCrop(input: ModelInput): ModelInput {
  const { face } = input;
  return { ...input, face: face && { ...face, count: 1, crops: face.crops.subarray(0, FACE_SIZE * FACE_SIZE) } };
}

/** All of the network's output side by side, so that one readback brings it: size × ROW. */
export function packOutput({ fused, heads }: NetworkOutput): Tensor2D {
  const own = MODALITIES.map((modality) => heads[modality].logits);
  return tf.concat([fused.logits, fused.affect, fused.weights, ...own], 1) as Tensor2D;
}

/** @param values what `packOutput` gave for the batch */
export function unpackScores(
  values: Float32Array,
  batch: readonly ModelInput[],
  calibration: Calibration,
): EmotionScores[] {
  return batch.map((input, row) => toScores(values.subarray(row * ROW, (row + 1) * ROW), input, calibration));
}

/** The key of the fused head's temperature for what is present in a window. */
export function presenceKey(input: ModelInput): string {
  return MODALITIES.filter((modality) => input[modality] !== null).join('+');
}

function toScores(row: Float32Array, input: ModelInput, calibration: Calibration): EmotionScores {
  const perModality = <T>(make: (modality: Modality, i: number) => T): Record<Modality, T> => ({
    face: make('face', 0),
    voice: make('voice', 1),
    words: make('words', 2),
  });
  const ownAt = CLASSES + 2 + MODALITIES.length;
  const key = presenceKey(input);
  if (key === '') {
    const nobody = perModality(() => null);
    const weights = perModality(() => 0);
    const nothing = { probabilities: null, valence: null, arousal: null };
    return { ...nothing, confidence: 0, uncertain: true, weights, modalities: nobody };
  }
  const probabilities = softmax(row.subarray(0, CLASSES), calibration.fused[key] ?? 1);
  const confidence = Math.max(...probabilities);
  return {
    probabilities,
    valence: row[CLASSES]!,
    arousal: row[CLASSES + 1]!,
    confidence,
    uncertain: confidence < calibration.uncertainBelow,
    weights: perModality((_, i) => row[CLASSES + 2 + i]!),
    modalities: perModality((modality, i) => {
      if (input[modality] === null) return null;
      return softmax(row.subarray(ownAt + i * CLASSES, ownAt + (i + 1) * CLASSES), calibration[modality]);
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
