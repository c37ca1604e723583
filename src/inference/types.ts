import type { Modality } from '../common/emotions.js';
import { ALL_ENGINES, ENGINE_NAMES, type DEVICE_KINDS, type EngineName } from '../common/engine-names.js';
import type { WindowFeatures } from '../features/types.js';

export { ALL_ENGINES, ENGINE_NAMES, type EngineName };

/** What an engine computes on. */
export interface EngineDevice {
  /** `software-gpu`: the processor in the guise of a GPU, which is right and takes seconds. */
  kind: (typeof DEVICE_KINDS)[number];
  /** As its driver names it; `CPU` of a processor; of `remote` how many servers there are. */
  name: string;
  /** Why not on something better; absent when there is nothing to say. */
  why?: string;
}
export const PROCESSOR: EngineDevice = { kind: 'cpu', name: 'CPU' };

/**
 * Such an engine prepares itself for a shape when it first sees it: cuDNN tries its algorithms, WebGPU compiles programs. It gets
 * batches, and rows within them, of few sizes only, all of which were warmed up.
 */
export const onGpu = (device: EngineDevice): boolean => device.kind === 'gpu' || device.kind === 'software-gpu';

/** How an engine that computes elsewhere stands from now on. */
export interface EngineNews {
  device: EngineDevice;
  /** Whether anything can be asked of it. */
  healthy: boolean;
  servers: ServerState[];
}

/** How one inference server stands. */
export interface ServerState {
  /** As it was configured. */
  url: string;
  up: boolean;
  /** Why it is not; empty where it is. */
  reason: string;
}

/** The part of a window that the network reads. */
export type ModelInput = Pick<WindowFeatures, 'face' | 'voice' | 'words'>;

/** What an engine computed of a modality before: EMBEDDING values, of a face so many for each crop. */
export interface Encoded {
  encoded: Float32Array;
  quality: number[];
}

/** A window as an engine reads it: each modality as it was measured, or as an engine encoded it. */
export interface EngineInput {
  face: ModelInput['face'] | (Encoded & { count: number });
  /** `heard`: it was encoded from what encoders heard, too. */
  voice: ModelInput['voice'] | (Encoded & { heard: boolean });
  words: ModelInput['words'] | Encoded;
}

/** An engine's answer to one window. */
export interface Judgement {
  scores: EmotionScores;
  /** What it encoded for that, to be given instead of the measured next time; null for what is absent or was given encoded. */
  encoded: Record<Modality, Float32Array | null>;
}

/** A face crop that is encoded before the window closes that will name it. */
export interface SettledCrop {
  room: string;
  participant: string;
  /** Unique among the participant's crops. */
  id: number;
  /** FACE_SIZE² grey values 0..255. */
  pixels: Uint8Array;
}

/** What the network says about one window. */
export interface EmotionScores {
  /** Calibrated distribution over EMOTIONS; sums to 1. Null when no modality was present. */
  probabilities: number[] | null;
  /** -1..1 and -1..1; null when no modality was present. */
  valence: number | null;
  arousal: number | null;
  /** Calibrated probability of the top label, 0..1. */
  confidence: number;
  /** True when confidence is below the threshold chosen on validation data (see the model card). */
  uncertain: boolean;
  /** How much each modality counted: fusion attention, sums to 1 over those present, 0 for the absent. */
  weights: Record<Modality, number>;
  /** Auxiliary distribution per modality, null for the absent. */
  modalities: Record<Modality, number[] | null>;
}

export interface ModelInfo {
  /** e.g. `emostream-fusion-1`. */
  name: string;
  version: string;
  /** It knows what to make of what pretrained encoders hear in a voice. */
  hears: boolean;
}

export interface EngineMemory {
  tensors: number;
  bytes: number;
}

/** One interface for every library that the network runs on, in process or behind a thread. */
export interface Engine {
  readonly name: EngineName;
  /** Known from the start; of `remote` it says how that stands. */
  readonly device: EngineDevice;
  /** How many calls of `run` and `encodeFaces` it carries out at the same time just now. */
  readonly lanes: number;
  /**
   * Loads weights from a folder holding `model.json`.
   * @throws EmostreamError MODEL_INVALID when missing, truncated, of another version, or with NaN weights.
   */
  load(modelDir: string): Promise<ModelInfo>;
  /**
   * Runs one batch; answers one judgement per input, in order. The inputs are taken to be valid (`validateInput`).
   * @throws EmostreamError when the network's answer is not finite: a window of the batch may be to blame, or the backend
   */
  run(batch: readonly EngineInput[]): Promise<Judgement[]>;
  /**
   * Encodes face crops of whomever, as `run` would.
   * @param crops count × FACE_SIZE² grey values
   * @returns count × EMBEDDING
   */
  encodeFaces(crops: Uint8Array, count: number): Promise<Float32Array>;
  /** Runs each batch size once, so that no live batch pays for compilation or first allocation. */
  warmUp(sizes: readonly number[]): Promise<void>;
  memory(): Promise<EngineMemory>;
  dispose(): Promise<void>;
}
