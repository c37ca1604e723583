import * as tf from '@tensorflow/tfjs-core';
import { loadOnnxRuntime, type OnnxRuntime, type OnnxSession, type OnnxTensor } from '../../src/common/onnx/runtime.js';
import { useWasmBackend } from '../../src/common/tfjs-wasm.js';
import { loadModel, type Calibration } from '../../src/inference/model-format.js';
import { toNetworkBatch } from '../../src/inference/network/batch.js';
import { InferenceLayers } from '../../src/inference/network/inference-layers.js';
import { unpackScores } from '../../src/inference/tfjs-engine.js';
import type { EmotionScores, ModelInput } from '../../src/inference/types.js';
import { exportNetwork, networkInputs } from './export-network.js';

/**
 * The same network on ONNX Runtime's CPU provider: a reference that is no engine of the product. Inputs are made as the
 * engines make them (validation aside). One session for each pattern of presence, exported when first seen.
 */
export class OnnxEngine {
  readonly #runtime: OnnxRuntime;
  readonly #layers: InferenceLayers;
  readonly #calibration: Calibration;
  readonly #threads: number;
  readonly #sessions = new Map<string, Promise<OnnxSession>>();

  private constructor(runtime: OnnxRuntime, layers: InferenceLayers, calibration: Calibration, threads: number) {
    this.#runtime = runtime;
    this.#layers = layers;
    this.#calibration = calibration;
    this.#threads = threads;
  }

  /** @param packages the folder whose node_modules holds onnxruntime-node @param threads within an operator */
  static async create(packages: string, modelDir: string, threads: number): Promise<OnnxEngine> {
    await useWasmBackend();
    const { manifest, weights } = await loadModel(modelDir);
    const tensors = new Map([...weights].map(([name, { shape, values }]) => [name, tf.tensor(values, shape)]));
    const runtime = loadOnnxRuntime(packages);
    return new OnnxEngine(runtime, new InferenceLayers(tensors), manifest.calibration, threads);
  }

  async run(batch: readonly ModelInput[]): Promise<EmotionScores[]> {
    const { session: starting, feeds } = this.#prepare(batch);
    const session = await starting;
    const output = await session.run(feeds);
    return unpackScores(output[session.outputNames[0]!]!.data as Float32Array, batch, this.#calibration);
  }

  #prepare(batch: readonly ModelInput[]): { session: Promise<OnnxSession>; feeds: Record<string, OnnxTensor> } {
    const scope = tf.engine();
    scope.startScope();
    try {
      const inputs = toNetworkBatch(batch);
      const indices = [inputs.face?.index, inputs.voice?.index, inputs.words?.index].map((i) => i?.join());
      const key = JSON.stringify([...indices, inputs.voice?.heard !== null]);
      const session = this.#sessions.get(key) ?? this.#start(exportNetwork(this.#layers, inputs));
      this.#sessions.set(key, session);
      const feeds = Object.entries(networkInputs(inputs)).map(
        ([name, tensor]) => [name, this.#tensor(tensor)] as const,
      );
      return { session, feeds: Object.fromEntries(feeds) };
    } finally {
      scope.endScope();
    }
  }

  #start(model: Uint8Array): Promise<OnnxSession> {
    const options = { executionProviders: ['cpu'], intraOpNumThreads: this.#threads, interOpNumThreads: 1 };
    return this.#runtime.InferenceSession.create(model, options);
  }

  #tensor(tensor: tf.Tensor): OnnxTensor {
    const type = tensor.dtype === 'int32' ? 'int32' : 'float32';
    return new this.#runtime.Tensor(type, tensor.dataSync() as Float32Array | Int32Array, tensor.shape);
  }
}
