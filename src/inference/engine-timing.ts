import {
  FACE_CROPS,
  FACE_QUALITY,
  FACE_SIZE,
  MEL_BANDS,
  MEL_FRAMES,
  VOICE_QUALITY,
  WORD_BUCKETS,
  WORD_NGRAMS,
  WORD_TOKENS,
  WORDS_META,
  WORDS_QUALITY,
} from '../features/types.js';
import type { Engine, ModelInput } from './types.js';

export interface EngineTiming {
  /** Windows in the batch. */
  size: number;
  /** Median time of a batch, ms, from call to answer. */
  medianMs: number;
}

const ROUNDS = 9;

/**
 * Times a loaded engine on windows with all three modalities in full: the dearest there are.
 * @param sizes batch sizes
 */
export async function timeEngine(engine: Engine, sizes: readonly number[]): Promise<EngineTiming[]> {
  const timings: EngineTiming[] = [];
  await engine.warmUp(sizes);
  for (const size of sizes) {
    const batch = Array.from({ length: size }, (_, i) => fullWindow(i));
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const from = performance.now();
      await engine.run(batch);
      times.push(performance.now() - from);
    }
    timings.push({ size, medianMs: times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]! });
  }
  return timings;
}

/** Any valid window with everything present; different for every `n`. */
function fullWindow(n: number): ModelInput {
  const wave = (i: number): number => Math.sin(0.37 * i + n);
  return {
    face: {
      crops: Uint8Array.from({ length: FACE_CROPS * FACE_SIZE * FACE_SIZE }, (_, i) => 128 + 100 * wave(i)),
      count: FACE_CROPS,
      quality: FACE_QUALITY.map(() => 0.5),
      box: { x: 0.3, y: 0.3, width: 0.4, height: 0.4 },
    },
    voice: {
      logMel: Float32Array.from({ length: MEL_FRAMES * MEL_BANDS }, (_, i) => wave(i)),
      quality: VOICE_QUALITY.map(() => 0.5),
    },
    words: {
      tokens: Int32Array.from({ length: WORD_TOKENS * WORD_NGRAMS }, (_, i) => 1 + ((i * 97 + n) % (WORD_BUCKETS - 1))),
      count: WORD_TOKENS,
      meta: Array.from({ length: WORDS_META }, () => 0),
      quality: WORDS_QUALITY.map(() => 0.5),
    },
  };
}
