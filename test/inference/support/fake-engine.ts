import { EmostreamError } from '../../../src/common/errors.js';
import { FACE_SIZE } from '../../../src/features/types.js';
import { EMBEDDING } from '../../../src/inference/network/sizes.js';
import {
  PROCESSOR,
  type EmotionScores,
  type Engine,
  type EngineInput,
  type EngineMemory,
  type Judgement,
  type ModelInfo,
} from '../../../src/inference/types.js';

/** Marks (see windows.ts) that make the fake engine misbehave. */
export const THROWS = 0.99;
export const CRASHES = 0.98;
export const HANGS = 0.97;
/** Takes SLOW_MS. */
export const SLOW = 0.96;
const SLOW_MS = 100;

const markOf = (input: EngineInput): number => input.face?.quality[0] ?? 0;

/** Not a network: answers each window's mark as its confidence, and fails on demand. */
export class FakeEngine implements Engine {
  readonly name = 'wasm';
  readonly device = PROCESSOR;
  lanes = 1;
  readonly batches: number[][] = [];
  /** What it was given, window by window. */
  readonly inputs: EngineInput[] = [];
  /** Grey of the first pixel of each crop, batch by batch. */
  readonly crops: number[][] = [];
  loaded = '';
  /** Awaited before each run is answered. */
  gate: () => Promise<void> = () => Promise.resolve();

  load(modelDir: string): Promise<ModelInfo> {
    if (modelDir === 'missing') return Promise.reject(new EmostreamError('MODEL_INVALID', 'There is no such model.'));
    this.loaded = modelDir;
    return Promise.resolve({ name: modelDir, version: '0', hears: true });
  }

  async run(batch: readonly EngineInput[]): Promise<Judgement[]> {
    const marks = batch.map(markOf);
    this.batches.push(marks);
    this.inputs.push(...batch);
    await this.gate();
    if (marks.includes(CRASHES)) process.exit(3); // in a thread: ends the thread
    if (marks.includes(HANGS)) await new Promise(() => {});
    if (marks.includes(SLOW)) await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    if (marks.includes(THROWS)) throw new EmostreamError('WINDOW_INVALID', 'Poison.');
    return batch.map((input, i) => ({ scores: scores(marks[i]!), encoded: encodingsOf(input) }));
  }

  /** The encoding of a crop is full of its first pixel. */
  async encodeFaces(crops: Uint8Array, count: number): Promise<Float32Array> {
    const greys = greysOf(crops, count);
    this.crops.push(greys);
    await this.gate();
    return encode(greys);
  }

  warmUp(sizes: readonly number[]): Promise<void> {
    this.batches.push(...sizes.map((size) => Array<number>(size).fill(0)));
    return Promise.resolve();
  }

  /** `bytes` tells which model is loaded, and `tensors` how many batches ran. */
  memory(): Promise<EngineMemory> {
    return Promise.resolve({ tensors: this.batches.length, bytes: this.loaded.length });
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

function scores(mark: number): EmotionScores {
  const none = { face: null, voice: null, words: null };
  return {
    probabilities: [1, 0, 0, 0, 0, 0, 0],
    valence: 0,
    arousal: 0,
    confidence: mark,
    uncertain: false,
    weights: { face: 1, voice: 0, words: 0 },
    modalities: none,
  };
}

const greysOf = (crops: Uint8Array, count: number): number[] =>
  Array.from({ length: count }, (_, i) => crops[i * FACE_SIZE * FACE_SIZE]!);
const encode = (values: number[]): Float32Array =>
  Float32Array.from({ length: values.length * EMBEDDING }, (_, i) => values[Math.floor(i / EMBEDDING)]!);

function encodingsOf({ face, voice, words }: EngineInput): Judgement['encoded'] {
  return {
    face: face && 'crops' in face ? encode(greysOf(face.crops, face.count)) : null,
    voice: voice && 'logMel' in voice ? encode([voice.logMel[0]!]) : null,
    words: words && 'tokens' in words ? encode([words.tokens[0]!]) : null,
  };
}
