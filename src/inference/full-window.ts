import {
  FACE_CROPS,
  FACE_QUALITY,
  FACE_SIZE,
  HEARD_STEPS,
  HEARD_WIDTH,
  MEL_BANDS,
  MEL_FRAMES,
  VOICE_QUALITY,
  WORD_BUCKETS,
  WORD_ROW,
  WORD_TOKENS,
  WORDS_META,
  WORDS_QUALITY,
} from '../features/types.js';
import type { ModelInput } from './types.js';

/** Any valid window with everything present; different for every `n`. */
export function fullWindow(n: number): ModelInput {
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
      heard: {
        frames: Float32Array.from({ length: HEARD_STEPS * HEARD_WIDTH }, (_, i) => wave(i)),
        present: new Uint8Array(HEARD_STEPS).fill(1),
      },
    },
    words: {
      tokens: Int32Array.from({ length: WORD_TOKENS * WORD_ROW }, (_, i) => 1 + ((i * 97 + n) % (WORD_BUCKETS - 1))),
      count: WORD_TOKENS,
      meta: Array.from({ length: WORDS_META }, () => 0),
      quality: WORDS_QUALITY.map(() => 0.5),
    },
  };
}
