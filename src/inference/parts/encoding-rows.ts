import type { Modality } from '../../common/emotions.js';
import { EMBEDDING } from '../network/sizes.js';
import type { EngineInput } from '../types.js';

/** The encodings of one modality of a batch, each in its place: computed now, or given. Zeros where there is none. */
export class EncodingRows {
  /** A row of so many encodings per window. */
  readonly values: Float32Array;
  readonly #modality: Modality;
  readonly #width: number;
  readonly #batch: readonly EngineInput[];
  readonly #computed: boolean;

  /**
   * @param perWindow how many encodings a window may have
   * @param index for each place of the batch 0, or which of the computed belongs there, from 1
   * @param computed those that an encoder made, one after the other
   */
  constructor(
    modality: Modality,
    perWindow: number,
    batch: readonly EngineInput[],
    index: Int32Array | undefined,
    computed: Float32Array | null,
  ) {
    this.#modality = modality;
    this.#width = perWindow * EMBEDDING;
    this.#batch = batch;
    this.#computed = computed !== null;
    this.values = new Float32Array(batch.length * this.#width);
    index?.forEach((which, place) => {
      if (which === 0) return;
      this.values.set(computed!.subarray((which - 1) * EMBEDDING, which * EMBEDDING), place * EMBEDDING);
    });
    batch.forEach((input, row) => {
      const of = input[modality];
      if (of && 'encoded' in of) this.values.set(of.encoded, row * this.#width);
    });
  }

  /** What was computed of a window; null where it is absent or was given. */
  computed(row: number): Float32Array | null {
    const of = this.#batch[row]![this.#modality];
    if (!this.#computed || !of || 'encoded' in of) return null;
    const length = 'crops' in of ? of.count * EMBEDDING : this.#width;
    return this.values.slice(row * this.#width, row * this.#width + length);
  }
}
