import { EmostreamError } from '../../../src/common/errors.js';
import type { EmotionScores, Engine, EngineMemory, ModelInfo, ModelInput } from '../../../src/inference/types.js';

/** Marks (see windows.ts) that make the fake engine misbehave. */
export const THROWS = 0.99;
export const CRASHES = 0.98;
export const HANGS = 0.97;

const markOf = (input: ModelInput): number => input.face?.quality[0] ?? 0;

/** Not a network: answers each window's mark as its confidence, and fails on demand. */
export class FakeEngine implements Engine {
  readonly name = 'wasm';
  readonly batches: number[][] = [];
  readonly faces: ModelInput['face'][] = [];
  loaded = '';
  /** Awaited before each run is answered. */
  gate: () => Promise<void> = () => Promise.resolve();

  load(modelDir: string): Promise<ModelInfo> {
    if (modelDir === 'missing') return Promise.reject(new EmostreamError('MODEL_INVALID', 'There is no such model.'));
    this.loaded = modelDir;
    return Promise.resolve({ name: modelDir, version: '0' });
  }

  async run(batch: readonly ModelInput[]): Promise<EmotionScores[]> {
    const marks = batch.map(markOf);
    this.batches.push(marks);
    this.faces.push(...batch.map(({ face }) => face));
    await this.gate();
    if (marks.includes(CRASHES)) process.exit(3); // in a thread: ends the thread
    if (marks.includes(HANGS)) await new Promise(() => {});
    if (marks.includes(THROWS)) throw new EmostreamError('WINDOW_INVALID', 'Poison.');
    return marks.map((mark) => scores(mark));
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
