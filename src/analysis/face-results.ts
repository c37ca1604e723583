import { buildSeenFace } from '../events/build-event.js';
import type { SeenFace } from '../events/schema.js';
import { ScoreSmoother } from '../events/smoothing.js';
import type { OtherFace, WindowFeatures } from '../features/types.js';
import type { EmotionScores } from '../inference/types.js';

/** Windows whose faces are kept for revisions, the newest: one a second over the longest horizon of them. */
const WINDOWS_KEPT = 64;
/** Faces that are smoothed, those seen last. */
const FACES_SMOOTHED = 48;

/** A face that is judged by itself. */
export type LoneFace = Pick<WindowFeatures, 'face'>;

/** The faces of a window that are to be judged by themselves: with voice or words the main one is, too. */
export function loneFaces({ face, others, voice, words }: WindowFeatures): OtherFace[] {
  const main = face?.id !== undefined && (voice || words) ? [{ ...face, id: face.id }] : [];
  return [...main, ...(others ?? [])];
}

/** The results of one participant's faces, each smoothed by itself, under one consent. */
export class FaceResults {
  readonly #smoothingMs: number;
  readonly #smoothers = new Map<string, ScoreSmoother>();
  readonly #windows = new Map<number, SeenFace[]>();

  constructor(smoothingMs: number) {
    this.#smoothingMs = smoothingMs;
  }

  /**
   * @param scores what the window was judged to be
   * @param lone by id, faces that were judged by themselves; null: it was dropped
   * @returns the faces of the window, the main one first; undefined where faces are not told apart
   */
  of(
    features: WindowFeatures,
    scores: EmotionScores,
    lone: ReadonlyMap<string, EmotionScores | null>,
  ): SeenFace[] | undefined {
    const { face, others, revision, startMs, endMs } = features;
    // Late words change nothing of a face.
    if (revision > 0) return this.#windows.get(startMs);
    if (!others) return undefined;
    const main = face?.id === undefined ? [] : [{ ...face, id: face.id, judged: true }];
    const faces = [...main, ...others.map((other) => ({ ...other, judged: false }))].map((one) => {
      const answer = lone.get(one.id) ?? (one.judged && !lone.has(one.id) ? scores : null);
      return buildSeenFace(one, answer, this.#smoothed(one.id, answer, endMs));
    });
    this.#windows.set(startMs, faces);
    if (this.#windows.size > WINDOWS_KEPT) this.#windows.delete(this.#windows.keys().next().value!);
    return faces;
  }

  #smoothed(id: string, answer: EmotionScores | null, endMs: number): number[] | null {
    const smoother = this.#smoothers.get(id) ?? new ScoreSmoother(this.#smoothingMs);
    this.#smoothers.delete(id);
    this.#smoothers.set(id, smoother);
    if (this.#smoothers.size > FACES_SMOOTHED) this.#smoothers.delete(this.#smoothers.keys().next().value!);
    return smoother.next(answer?.probabilities ?? null, endMs);
  }
}
