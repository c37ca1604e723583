import type { VoiceObservation } from '../../features/types.js';
import type { VoiceEncoderPort } from '../../features/voice-queue.js';
import { secondOf } from '../../features/voice-second.js';
import type { Timed } from '../../streams/index.js';

const SECOND_MS = 1000;
/** Seconds that were prepared and that no window asked for, at most: more than sound is read ahead. */
const MOST_PREPARED = 32;

interface Encoder {
  encode(second: Float32Array): Promise<Float32Array>;
}

/**
 * Has the seconds of a recording's voice encoded as soon as they were heard. Sound is read far ahead of the windows: none of them has
 * to wait for its own second, while everything else stands still. An answer is given only for the very samples of which it was made,
 * and a second that was prepared otherwise, or not at all, is encoded when its window asks: nothing but time depends on it.
 */
export class VoiceAhead implements VoiceEncoderPort {
  readonly #encoder: Encoder;
  /** Of the second that is heard, and later. */
  #blocks: Timed<VoiceObservation>[] = [];
  #startMs: number;
  /** Oldest first. */
  readonly #prepared: { samples: Float32Array; answer: Promise<Float32Array> }[] = [];

  /** @param fromMs no window asks for seconds before this one */
  constructor(encoder: Encoder, fromMs = 0) {
    this.#encoder = encoder;
    this.#startMs = Math.max(0, Math.floor(fromMs / SECOND_MS) * SECOND_MS);
  }

  /** The next block of sound. */
  hear(block: Timed<VoiceObservation>): void {
    while (block.mediaTime >= this.#startMs + SECOND_MS) this.#prepare();
    if (block.mediaTime + block.durationMs > this.#startMs) this.#blocks.push(block);
  }

  encode(second: Float32Array): Promise<Float32Array> {
    const at = this.#prepared.findIndex(({ samples }) => isSame(samples, second));
    const [found] = at < 0 ? [] : this.#prepared.splice(0, at + 1).slice(-1);
    return found ? found.answer : this.#encoder.encode(second);
  }

  #prepare(): void {
    const [startMs, endMs] = [this.#startMs, this.#startMs + SECOND_MS];
    const samples = secondOf({ audio: this.#blocks, startMs, endMs });
    this.#startMs = endMs;
    this.#blocks = this.#blocks.filter(({ mediaTime, durationMs }) => mediaTime + durationMs > endMs);
    if (!samples) return;
    // The encoder's thread takes what it is given.
    const answer = this.#encoder.encode(samples.slice());
    // Whoever asks for it learns of it.
    answer.catch(() => undefined);
    this.#prepared.push({ samples, answer });
    if (this.#prepared.length > MOST_PREPARED) this.#prepared.shift();
  }
}

const isSame = (a: Float32Array, b: Float32Array): boolean =>
  a.length === b.length && a.every((sample, i) => sample === b[i]);
