import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { MEL_BANDS, MEL_FRAMES } from '../features/types.js';
import { affectOf } from './circumplex.js';
import { STATISTICS } from './heard/heard-rows.js';
import { SpeakerShift } from './heard/speaker-shift.js';
import type { Rng } from './rng.js';
import { RoomNoise } from './room-noise.js';
import { GroupedIndices } from './sampler.js';
import { drawHeard, drawWindow, type VoiceExample } from './voice-examples.js';

const WINDOW = MEL_FRAMES * MEL_BANDS;

/** Windows of log-mel in a step. */
export const MEL_BATCH = 16;
/** Windows of what encoders hear in a step: their read-out costs next to nothing. */
const HEARD_BATCH = 64;
/** Beside them so many of bursts, where there are any. */
const BURST_BATCH = 4;

interface Truth {
  /** n × 7 */
  truths: Tensor2D;
  /** n × 2 */
  affects: Tensor2D;
  /** n */
  weights: Tensor1D;
}

/**
 * Endless batches of windows, of a corpus by the root of its size. The networks for log-mel and those for what encoders hear share no
 * weights and answer alone, so each has windows of its own: log-mel's are drawn anew each time, the others were encoded before.
 * Bursts of the voice come beside speech, as few as they are, and are not moved between speakers: of each there are too few to
 * know the speaker by.
 */
export class VoiceBatches {
  /** Whether it is known what encoders hear in all of the clips. */
  readonly hears: boolean;
  readonly #examples: readonly VoiceExample[];
  readonly #augmenting: Rng;
  readonly #rooms: RoomNoise;
  readonly #speech: GroupedIndices;
  readonly #bursts: GroupedIndices | null;
  readonly #shift: SpeakerShift;

  constructor(examples: readonly VoiceExample[], rng: Rng) {
    this.hears = examples.every(({ heard }) => heard !== null);
    this.#examples = examples;
    this.#augmenting = rng.fork();
    this.#rooms = new RoomNoise(this.#augmenting.fork());
    const grouped = (bursts: boolean): number[][] => {
      const own = [...examples.keys()].filter((i) => examples[i]!.burst === bursts);
      const corpora = [...new Set(own.map((i) => examples[i]!.corpus))];
      return corpora.map((corpus) => own.filter((i) => examples[i]!.corpus === corpus));
    };
    this.#speech = new GroupedIndices(grouped(false), rng.fork());
    const bursts = grouped(true);
    this.#bursts = bursts.length > 0 ? new GroupedIndices(bursts, rng.fork()) : null;
    this.#shift = new SpeakerShift(this.hears ? examples.filter(({ burst }) => !burst) : []);
  }

  /** Tensors that the caller disposes of. */
  nextMel(): Truth & { x: Tensor4D } {
    const drawn = this.#draw(this.#speech, MEL_BATCH);
    const windows = new Float32Array(drawn.length * WINDOW);
    drawn.forEach((example, i) => windows.set(drawWindow(example, this.#rooms, this.#augmenting), i * WINDOW));
    return { x: tf.tensor4d(windows, [drawn.length, MEL_FRAMES, MEL_BANDS, 1]), ...truthOf(drawn) };
  }

  /** Of clips of which it is known what encoders hear. Tensors that the caller disposes of. */
  nextHeard(): Truth & { values: Tensor2D } {
    const drawn = [
      ...this.#draw(this.#speech, HEARD_BATCH),
      ...(this.#bursts ? this.#draw(this.#bursts, BURST_BATCH) : []),
    ];
    const values = new Float32Array(drawn.length * STATISTICS);
    drawn.forEach(({ heard, speaker, burst }, i) => {
      const own = values.subarray(i * STATISTICS, (i + 1) * STATISTICS);
      drawHeard(heard!, own, this.#augmenting);
      if (!burst) this.#shift.move(own, speaker, this.#augmenting);
    });
    return { values: tf.tensor2d(values, [drawn.length, STATISTICS]), ...truthOf(drawn) };
  }

  #draw(indices: GroupedIndices, count: number): VoiceExample[] {
    return Array.from({ length: count }, () => this.#examples[indices.next()]!);
  }
}

const truthOf = (drawn: readonly VoiceExample[]): Truth => ({
  truths: tf.tensor2d(drawn.map(({ target }) => target)),
  affects: tf.tensor2d(drawn.map(({ target }) => affectOf(target))),
  weights: tf.tensor1d(drawn.map(({ weight }) => weight)),
});
