import {
  FACE_CROPS,
  FACE_QUALITY,
  FACE_SIZE,
  MEL_BANDS,
  MEL_FRAMES,
  VOICE_QUALITY,
  WORD_ROW,
  WORD_TOKENS,
  WORDS_META,
  WORDS_QUALITY,
  type WindowFeatures,
} from '../../../src/features/types.js';

/** A window with all three modalities; `mark` is in its first quality figure, to know it again. */
export function windowFeatures(mark: number, closedMs: number): WindowFeatures {
  return {
    startMs: closedMs - 1150,
    endMs: closedMs - 150,
    revision: 0,
    closedBy: 'watermark',
    face: {
      crops: new Uint8Array(FACE_CROPS * FACE_SIZE * FACE_SIZE).fill(100),
      count: FACE_CROPS,
      quality: FACE_QUALITY.map((_, i) => (i === 0 ? mark : 0.5)),
      box: { x: 0.2, y: 0.2, width: 0.3, height: 0.3 },
    },
    voice: {
      logMel: new Float32Array(MEL_FRAMES * MEL_BANDS).fill(-1),
      quality: VOICE_QUALITY.map(() => 0.5),
      heard: null,
    },
    words: {
      tokens: new Int32Array(WORD_TOKENS * WORD_ROW).fill(1),
      count: 3,
      meta: Array.from({ length: WORDS_META }, () => 0),
      quality: WORDS_QUALITY.map(() => 0.5),
    },
    state: { face: 'live', voice: 'live', words: 'live' },
    timing: {
      lastMediaMs: null,
      lastArrivalMs: null,
      lastDecodedMs: null,
      saidMs: [],
      closedMs,
      featuresMs: closedMs + 1,
    },
  };
}
