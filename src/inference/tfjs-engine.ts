import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { EmostreamError } from '../common/errors.js';
import { FACE_SIZE } from '../features/types.js';
import { fullWindow } from './full-window.js';
import { refuseUnfinite, requireFinite, unpackEncodings, unpackScores } from './judgements.js';
import { loadModel, type Calibration } from './model-format.js';
import { toNetworkBatch, type NetworkBatch } from './network/batch.js';
import { asThere, faceValues, fewShapes } from './network/batch-parts.js';
import { faceEncoder } from './network/face-encoder.js';
import { fusionNetwork, packOutput } from './network/fusion-network.js';
import { InferenceLayers } from './network/inference-layers.js';
import { EMBEDDING } from './network/sizes.js';
import { uploadTogether } from './network/upload.js';
import { knowsHeard } from './network/voice-encoder.js';
import {
  onGpu,
  PROCESSOR,
  type Engine,
  type EngineDevice,
  type EngineInput,
  type EngineMemory,
  type EngineName,
  type Judgement,
  type ModelInfo,
} from './types.js';
import { warmUp } from './warm-up.js';

/** The network on a TensorFlow.js backend that the caller has already made ready; it must stay the current backend. */
export class TfjsEngine implements Engine {
  readonly name: EngineName;
  readonly device: EngineDevice;
  readonly lanes = 1;
  /** On a GPU: batches of few shapes, and each in one upload. */
  readonly #onGpu: boolean;
  #weights = new Map<string, Tensor>();
  #layers: InferenceLayers | null = null;
  #calibration: Calibration | null = null;

  constructor(name: EngineName, device: EngineDevice = PROCESSOR) {
    this.name = name;
    this.device = device;
    this.#onGpu = onGpu(device);
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
      await refuseUnfinite(modelDir, () => this.#outputOf(layers, [fullWindow(0)]));
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

  warmUp(sizes: readonly number[]): Promise<void> {
    return warmUp(this, sizes, this.#onGpu);
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
    return requireFinite(values);
  } finally {
    output.dispose();
  }
}
