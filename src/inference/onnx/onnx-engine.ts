import { EmostreamError } from '../../common/errors.js';
import type { OnnxRuntime } from '../../common/onnx/runtime.js';
import { FACE_CROPS, FACE_SIZE } from '../../features/types.js';
import { fullWindow } from '../full-window.js';
import { refuseUnfinite, requireFinite, unpackScores } from '../judgements.js';
import type { Calibration } from '../model-format.js';
import {
  asThere,
  faceParts,
  faceValues,
  fewShapes,
  maskPart,
  presenceParts,
  voiceParts,
  wordsParts,
  type ModalityParts,
  type Shaping,
} from '../network/batch-parts.js';
import { EMBEDDING } from '../network/sizes.js';
import type { Part } from '../network/upload.js';
import { onGpu, type Engine, type EngineInput, type EngineMemory, type Judgement, type ModelInfo } from '../types.js';
import { warmUp } from '../warm-up.js';
import { EncodingRows } from './encoding-rows.js';
import { exportApart } from './export-apart.js';
import { NETWORK_PARTS, type PartName } from './network-parts.js';
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
  #calibration: Calibration | null = null;
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
    try {
      for (const [name, file] of files) {
        bytes += file.length;
        sessions.set(
          name,
          await PartSession.start(this.#runtime, file, NETWORK_PARTS[name], { name, provider: this.#provider }),
        );
      }
      await refuseUnfinite(modelDir, () => this.#judge(sessions, manifest.calibration, [fullWindow(0)]));
    } catch (error) {
      await release(sessions);
      throw error;
    }
    const previous = this.#sessions;
    this.#sessions = sessions;
    this.#calibration = manifest.calibration;
    this.#bytes = bytes;
    await release(previous);
    return { name: manifest.name, version: manifest.version, hears };
  }

  async run(batch: readonly EngineInput[]): Promise<Judgement[]> {
    const { sessions, calibration } = this.#loaded();
    return batch.length === 0 ? [] : this.#judge(sessions, calibration, batch);
  }

  async encodeFaces(crops: Uint8Array, count: number): Promise<Float32Array> {
    const { sessions } = this.#loaded();
    if (count === 0) return new Float32Array(0);
    const rows = this.#shaping.rows(count);
    const part: Part = { values: faceValues(crops, count, rows), shape: [rows, FACE_SIZE, FACE_SIZE, 1] };
    const encoded = await sessions.get('face')!.run([part]);
    return requireFinite(encoded.slice(0, count * EMBEDDING));
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
    this.#calibration = null;
    await release(sessions);
  }

  #loaded(): { sessions: Sessions; calibration: Calibration } {
    if (!this.#calibration) throw new EmostreamError('WRONG_STATE', 'Load a model before running the engine.');
    return { sessions: this.#sessions, calibration: this.#calibration };
  }

  async #judge(sessions: Sessions, calibration: Calibration, batch: readonly EngineInput[]): Promise<Judgement[]> {
    const size = batch.length;
    const encode = async (name: PartName, parts: ModalityParts | null): Promise<Float32Array | null> =>
      // The first part is the index.
      parts && requireFinite(await sessions.get(name)!.run(parts.parts.slice(1)));
    const face = faceParts(batch, this.#shaping);
    const voice = this.#voice(sessions, batch);
    const words = wordsParts(batch, this.#shaping);
    const rows = {
      face: new EncodingRows('face', FACE_CROPS, batch, face?.index, await encode('face', face)),
      voice: new EncodingRows(
        'voice',
        1,
        batch,
        voice?.index,
        await encode(voice?.hasHeard ? 'voice-heard' : 'voice', voice),
      ),
      words: new EncodingRows('words', 1, batch, words?.index, await encode('words', words)),
    };
    const crops: Part = { values: rows.face.values, shape: [size, FACE_CROPS, EMBEDDING] };
    const [own, said] = [rows.voice, rows.words].map(({ values }): Part => ({ values, shape: [size, EMBEDDING] }));
    const values = await sessions.get('fusion')!.run([crops, maskPart(batch), own!, said!, ...presenceParts(batch)]);
    return unpackScores(requireFinite(values), batch, calibration).map((scores, row) => ({
      scores,
      encoded: { face: rows.face.computed(row), voice: rows.voice.computed(row), words: rows.words.computed(row) },
    }));
  }

  /** A model that does not know what encoders hear is not given it. */
  #voice(sessions: Sessions, batch: readonly EngineInput[]): ReturnType<typeof voiceParts> {
    const voice = voiceParts(batch, this.#shaping);
    if (!voice?.hasHeard || sessions.has('voice-heard')) return voice;
    return { ...voice, parts: voice.parts.slice(0, 2), hasHeard: false };
  }
}

async function release(sessions: Sessions): Promise<void> {
  for (const session of sessions.values()) await session.release();
}
