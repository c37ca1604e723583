import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { MEL_BANDS, MEL_FRAMES } from '../features/types.js';
import type { HeardStatistics } from '../inference/network/voice-encoder.js';
import { STATISTICS } from './heard/heard-rows.js';
import { SpeakerShift } from './heard/speaker-shift.js';
import type { Rng } from './rng.js';
import { RoomNoise } from './room-noise.js';
import { GroupedIndices } from './sampler.js';
import { drawHeard, drawWindow, type VoiceExample } from './voice-examples.js';

const WINDOW = MEL_FRAMES * MEL_BANDS;

export interface VoiceBatch {
  /** n × MEL_FRAMES × MEL_BANDS × 1 */
  x: Tensor4D;
  /** Null: no encoders. */
  heard: HeardStatistics | null;
  targets: number[][];
  weights: Tensor1D;
}

/**
 * Endless batches of windows, of a corpus by the root of its size. The networks for log-mel and those for what encoders hear share no
 * weights, so each may be shown another window of a clip: log-mel's is drawn anew each time, the other was encoded before.
 */
export class VoiceBatches {
  /** Whether it is known what encoders hear in all of the clips. */
  readonly hears: boolean;
  readonly #examples: readonly VoiceExample[];
  readonly #size: number;
  readonly #augmenting: Rng;
  readonly #rooms: RoomNoise;
  readonly #indices: GroupedIndices;
  readonly #shift: SpeakerShift;

  constructor(examples: readonly VoiceExample[], size: number, rng: Rng) {
    this.hears = examples.every(({ heard }) => heard !== null);
    this.#examples = examples;
    this.#size = size;
    this.#augmenting = rng.fork();
    this.#rooms = new RoomNoise(this.#augmenting.fork());
    const corpora = [...new Set(examples.map(({ corpus }) => corpus))];
    const groups = corpora.map((own) => [...examples.keys()].filter((i) => examples[i]!.corpus === own));
    this.#indices = new GroupedIndices(groups, rng.fork());
    this.#shift = new SpeakerShift(this.hears ? examples : []);
  }

  /** Tensors that the caller disposes of. */
  next(): VoiceBatch {
    const drawn = Array.from({ length: this.#size }, () => this.#examples[this.#indices.next()]!);
    const windows = new Float32Array(this.#size * WINDOW);
    drawn.forEach((example, i) => windows.set(drawWindow(example, this.#rooms, this.#augmenting), i * WINDOW));
    return {
      x: tf.tensor4d(windows, [this.#size, MEL_FRAMES, MEL_BANDS, 1]),
      heard: this.hears ? this.#draw(drawn) : null,
      targets: drawn.map(({ target }) => target),
      weights: tf.tensor1d(drawn.map(({ weight }) => weight)),
    };
  }

  #draw(drawn: readonly VoiceExample[]): HeardStatistics {
    const values = new Float32Array(drawn.length * STATISTICS);
    drawn.forEach(({ heard, speaker }, i) => {
      const own = values.subarray(i * STATISTICS, (i + 1) * STATISTICS);
      drawHeard(heard!, own, this.#augmenting);
      this.#shift.move(own, speaker, this.#augmenting);
    });
    return {
      values: tf.tensor2d(values, [drawn.length, STATISTICS]),
      any: tf.ones([drawn.length, 1]),
    };
  }
}
