import { overlaps } from '../streams/extent.js';
import type { AlignedWindow } from '../streams/types.js';
import { HEARD_PER_SECOND, HEARD_STEPS, HEARD_WIDTH, VOICE_WINDOW_MS, type Heard } from './types.js';

const SECOND_MS = 1000;
const SECONDS = VOICE_WINDOW_MS / SECOND_MS;

/** What encoders heard in the last seconds of one person, the newest SECONDS of them. */
export class HeardSeconds {
  /** By the start of the second, ms. */
  readonly #answers = new Map<number, Float32Array>();

  /** @param answer HEARD_PER_SECOND × HEARD_WIDTH */
  add(startMs: number, answer: Float32Array): void {
    this.#answers.set(startMs, answer);
    const oldest = Math.max(...this.#answers.keys()) - (SECONDS - 1) * SECOND_MS;
    for (const each of this.#answers.keys()) if (each < oldest) this.#answers.delete(each);
  }

  /**
   * What was heard in the seconds of a window. A second whose sound the window does not have any more (its track is gone, consent
   * was given anew) is none that was heard.
   * @returns null where that is nothing
   */
  in({ endMs, audio }: Pick<AlignedWindow<unknown, unknown>, 'endMs' | 'audio'>): Heard | null {
    let heard: Heard | null = null;
    for (let k = 0; k < SECONDS; k++) {
      const from = endMs - (SECONDS - k) * SECOND_MS;
      const answer = this.#answers.get(from);
      if (!answer || !audio.some((item) => overlaps(item, from, from + SECOND_MS))) continue;
      heard ??= { frames: new Float32Array(HEARD_STEPS * HEARD_WIDTH), present: new Uint8Array(HEARD_STEPS) };
      heard.frames.set(answer, k * HEARD_PER_SECOND * HEARD_WIDTH);
      heard.present.fill(1, k * HEARD_PER_SECOND, (k + 1) * HEARD_PER_SECOND);
    }
    return heard;
  }
}
