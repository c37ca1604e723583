import { EmostreamError } from '../../common/errors.js';
import type { OnnxRuntime } from '../../common/onnx/runtime.js';
import { fullWindow } from '../full-window.js';
import { refuseUnfinite } from '../judgements.js';
import { asThere, fewShapes, type Shaping } from '../network/batch-parts.js';
import { NETWORK_PARTS, type PartName } from '../parts/network-parts.js';
import { PartsJudge } from '../parts/parts-judge.js';
import { onGpu, type Engine, type EngineInput, type EngineMemory, type Judgement, type ModelInfo } from '../types.js';
import { warmUp } from '../warm-up.js';
import { exportApart } from './export-apart.js';
import type { StartedProvider } from './providers.js';
import { PartSession } from './part-session.js';

type Sessions = ReadonlyMap<PartName, PartSession>;

/**
 * The network on ONNX Runtime. TensorFlow.js runs it once, in a thread that ends, to write its parts down; between the parts, encodings are put in their
 * places here. A call computes in the calling thread.
 */
export class OnnxEngine implements Engine {
  readonly name = 'onnx';
  readonly device: StartedProvider['device'];
  readonly lanes = 1;
  readonly #runtime: OnnxRuntime;
  readonly #provider: StartedProvider['provider'];
  readonly #shaping: Shaping;
  #sessions: Sessions = new Map();
  #judge: PartsJudge | null = null;
  #bytes = 0;

  constructor(runtime: OnnxRuntime, { provider, device }: StartedProvider) {
    this.#runtime = runtime;
    this.#provider = provider;
    this.device = device;
    this.#shaping = onGpu(device) ? fewShapes : asThere;
  }

  async load(modelDir: string): Promise<ModelInfo> {
    const { manifest, hears, files } = await exportApart(modelDir);
    const sessions = new Map<PartName, PartSession>();
    let bytes = 0;
    let judge: PartsJudge;
    try {
      for (const [name, file] of files) {
        bytes += file.length;
        sessions.set(
          name,
          await PartSession.start(this.#runtime, file, NETWORK_PARTS[name], { name, provider: this.#provider }),
        );
      }
      judge = new PartsJudge({
        run: (name, inputs) => sessions.get(name)!.run(inputs),
        ...{ hears, calibration: manifest.calibration, shaping: this.#shaping },
      });
      await refuseUnfinite(modelDir, () => judge.judge([fullWindow(0)]));
    } catch (error) {
      await release(sessions);
      throw error;
    }
    const previous = this.#sessions;
    this.#sessions = sessions;
    this.#judge = judge;
    this.#bytes = bytes;
    await release(previous);
    return { name: manifest.name, version: manifest.version, hears };
  }

  async run(batch: readonly EngineInput[]): Promise<Judgement[]> {
    return this.#loaded().judge(batch);
  }

  async encodeFaces(crops: Uint8Array, count: number): Promise<Float32Array> {
    return this.#loaded().encodeFaces(crops, count);
  }

  warmUp(sizes: readonly number[]): Promise<void> {
    return warmUp(this, sizes, onGpu(this.device));
  }

  /** `bytes`: of the models as they were written down. Tensors live for a call only. */
  memory(): Promise<EngineMemory> {
    return Promise.resolve({ tensors: 0, bytes: this.#bytes });
  }

  async dispose(): Promise<void> {
    const sessions = this.#sessions;
    this.#sessions = new Map();
    this.#judge = null;
    await release(sessions);
  }

  #loaded(): PartsJudge {
    if (!this.#judge) throw new EmostreamError('WRONG_STATE', 'Load a model before running the engine.');
    return this.#judge;
  }
}

async function release(sessions: Sessions): Promise<void> {
  for (const session of sessions.values()) await session.release();
}
