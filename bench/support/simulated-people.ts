import { wordFeatures } from '../../src/features/tokens.js';
import { FACE_SIZE, type WindowFeatures } from '../../src/features/types.js';
import { fullWindow } from '../../src/inference/full-window.js';

/** Face crops of a window, as a call sends by default. */
export const CROPS = 2;
const PIXELS = FACE_SIZE * FACE_SIZE;
/** Everybody has a caption so often, s. */
const CAPTION_EVERY = 5;
/** Windows that end with a caption's words before it comes. */
const REVISED = 2;

const TEMPLATES = Array.from({ length: 8 }, (_, i) => fullWindow(i));
const TEXTS = Array.from({ length: 16 }, (_, i) =>
  wordFeatures(
    `well, I think number ${i} was not what we had hoped for after all these days, was it? Let us look again!`,
  ),
);

/** The numbers of a window's face crops, the same for everybody. */
export const cropIds = (second: number): number[] => Array.from({ length: CROPS }, (_, i) => second * CROPS + i);

/** FACE_SIZE² grey values of a crop. */
export const cropPixels = (id: number): Uint8Array => TEMPLATES[id % TEMPLATES.length]!.face!.crops.slice(0, PIXELS);

/** The earlier seconds whose windows a person's words revise when this second's caption comes; mostly none. */
export const revisedBy = (second: number, person: number): number[] =>
  (second + person) % CAPTION_EVERY === 0 ? Array.from({ length: REVISED }, (_, back) => second - back) : [];

/**
 * A person's window of a second: face, voice and words present.
 * @param early whether its crops are named by their numbers, for they were given before, or are in it
 */
export function windowOf(second: number, person: number, revision: number, early: boolean): WindowFeatures {
  const { face, voice } = TEMPLATES[(second + person) % TEMPLATES.length]!;
  const closedMs = performance.timeOrigin + performance.now();
  // A revision has the next caption's words.
  const text = TEXTS[(Math.floor((second + person) / CAPTION_EVERY) + person + revision) % TEXTS.length]!;
  return {
    ...{
      startMs: 1e12 + second * 1000,
      endMs: 1e12 + (second + 1) * 1000,
      revision,
      closedBy: revision > 0 ? 'revision' : 'watermark',
    },
    face: {
      ...face!,
      ...(early
        ? { crops: new Uint8Array(0), cropIds: cropIds(second) }
        : { crops: face!.crops.subarray(0, CROPS * PIXELS) }),
      count: CROPS,
    },
    voice,
    words: { ...text, quality: [0.5, 0.5] },
    state: { face: 'live', voice: 'live', words: 'live' },
    timing: { lastMediaMs: null, lastArrivalMs: null, lastDecodedMs: null, saidMs: [], closedMs, featuresMs: closedMs },
  };
}
