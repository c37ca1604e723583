import type { Clock } from '../../common/clock.js';
import { REMOTE_ENGINE } from '../../common/engine-names.js';
import { EmostreamError } from '../../common/errors.js';
import { silentMeter, type Meter } from '../../common/metrics.js';
import { WORD_TOKENS } from '../../features/types.js';
import { fullWindow } from '../full-window.js';
import { refuseUnfinite } from '../judgements.js';
import { loadModel, type Calibration } from '../model-format.js';
import { asThere, type Shaping } from '../network/batch-parts.js';
import { knowsHeard } from '../network/voice-encoder.js';
import { PartsJudge } from '../parts/parts-judge.js';
import type {
  Engine,
  EngineDevice,
  EngineInput,
  EngineMemory,
  EngineNews,
  Judgement,
  ModelInfo,
  ServerState,
} from '../types.js';
import { warmUp } from '../warm-up.js';
import { InferenceServers } from './inference-servers.js';
import { remoteModel } from './remote-model.js';
import { transportTo } from './transports.js';

export interface TritonOptions {
  /** `grpc://`, `grpcs://`, `http://` or `https://`, at least one. */
  urls: readonly string[];
  /** Certificates (PEM) to trust instead of the system's. */
  ca?: string | undefined;
  token?: string | undefined;
  /** How long a batch may take, ms: later its answers are of no use. */
  deadlineMs: number;
  /** The model was judged before: servers that do not answer as it loads are asked when they do, and nothing is tried out. Default false. */
  again?: boolean | undefined;
}

export interface TritonSurroundings {
  meter?: Meter;
  clock?: Clock;
  /** Told each time that the engine stands otherwise. */
  onNews?: (news: EngineNews) => void;
}

/** While it loads and warms up a server may have to do so, too, ms. */
const PATIENT_MS = 20_000;
/** Batches that a server has at a time: one that it computes, and one on its way. */
const LANES_EACH = 2;
const MOST_LANES = 8;

/** All texts are filled up to one length, so that a server can put several nodes' in one batch: it does with equal shapes only. */
const mergeable: Shaping = { ...asThere, tokens: () => WORD_TOKENS };

/**
 * The network on servers of the Open Inference Protocol, each part a model of theirs (`emostream model export --format triton`). The
 * model's folder here gives its calibration and says which model they must have.
 */
export class TritonEngine implements Engine {
  readonly name = REMOTE_ENGINE;
  readonly lanes: number;
  readonly #options: TritonOptions;
  readonly #surroundings: Required<TritonSurroundings>;
  #servers: InferenceServers | null = null;
  #calibration: Calibration | null = null;
  #hears = false;
  #device: EngineDevice;

  constructor(
    options: TritonOptions,
    { meter = silentMeter, clock = () => performance.now(), onNews = () => {} }: TritonSurroundings = {},
  ) {
    this.#options = options;
    this.#surroundings = { meter, clock, onNews };
    this.lanes = Math.min(MOST_LANES, LANES_EACH * options.urls.length);
    this.#device = deviceOf(options.urls.map((url) => ({ url, up: true, reason: '' })));
  }

  get device(): EngineDevice {
    return this.#device;
  }

  async load(modelDir: string): Promise<ModelInfo> {
    const { manifest, weights } = await loadModel(modelDir);
    const { name, version, calibration } = manifest;
    const hears = knowsHeard(weights);
    const { meter, clock } = this.#surroundings;
    const servers = new InferenceServers({
      servers: await Promise.all(
        this.#options.urls.map(async (url) => ({ url, transport: await transportTo({ ...this.#options, url }) })),
      ),
      model: remoteModel(manifest, hears),
      ...{ meter, clock, later },
      onChange: (states) => this.#tell(states),
    });
    try {
      await this.#open(servers);
      const judge = this.#judge(servers, calibration, hears, PATIENT_MS);
      if (!this.#options.again) await refuseUnfinite(modelDir, () => judge.judge([fullWindow(0)]));
    } catch (error) {
      servers.close();
      throw error;
    }
    this.#servers?.close();
    this.#servers = servers;
    this.#calibration = calibration;
    this.#hears = hears;
    return { name, version, hears };
  }

  async run(batch: readonly EngineInput[]): Promise<Judgement[]> {
    return this.#within(this.#options.deadlineMs).judge(batch);
  }

  async encodeFaces(crops: Uint8Array, count: number): Promise<Float32Array> {
    return this.#within(this.#options.deadlineMs).encodeFaces(crops, count);
  }

  async warmUp(sizes: readonly number[]): Promise<void> {
    if (this.#options.again) return;
    const patient: Pick<Engine, 'run' | 'encodeFaces'> = {
      run: async (batch) => this.#within(PATIENT_MS).judge(batch),
      encodeFaces: async (...faces) => this.#within(PATIENT_MS).encodeFaces(...faces),
    };
    await warmUp(patient, sizes, false);
  }

  /** Nothing is kept here. */
  memory(): Promise<EngineMemory> {
    return Promise.resolve({ tensors: 0, bytes: 0 });
  }

  dispose(): Promise<void> {
    this.#servers?.close();
    this.#servers = null;
    return Promise.resolve();
  }

  /** @throws EmostreamError ENGINE_UNAVAILABLE */
  async #open(servers: InferenceServers): Promise<void> {
    if (!this.#options.again) return servers.open(PATIENT_MS);
    // Calls wait meanwhile. One that is slow is asked as soon as a trial of it went well.
    await servers.open(this.#options.deadlineMs).catch(() => undefined);
  }

  #within(ms: number): PartsJudge {
    if (!this.#servers || !this.#calibration) {
      throw new EmostreamError('WRONG_STATE', 'Load a model before running the engine.');
    }
    return this.#judge(this.#servers, this.#calibration, this.#hears, ms);
  }

  /** For one call, which has so long from now on. */
  #judge(servers: InferenceServers, calibration: Calibration, hears: boolean, ms: number): PartsJudge {
    const until = this.#surroundings.clock() + ms;
    return new PartsJudge({
      run: (part, inputs) => servers.infer(part, inputs, until),
      ...{ calibration, hears, shaping: mergeable },
    });
  }

  #tell(servers: ServerState[]): void {
    this.#device = deviceOf(servers);
    this.#surroundings.onNews({ device: this.#device, healthy: servers.some(({ up }) => up), servers });
  }
}

/** Clients see it: it says nothing of where the servers are. */
function deviceOf(servers: readonly ServerState[]): EngineDevice {
  const down = servers.filter(({ up }) => !up).length;
  const name = servers.length === 1 ? 'inference server' : `${String(servers.length)} inference servers`;
  if (down === 0) return { kind: 'remote', name };
  return { kind: 'remote', name, why: `${String(down)} of ${String(servers.length)} cannot be asked at the moment.` };
}

function later(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms).unref();
  return () => clearTimeout(timer);
}
