import type { Frame } from 'node-av';
import type { Allocate } from './conversion.js';
import { SoundConverter, type SoundShape } from './sound-conversion.js';
import { AUDIO_SAMPLE_RATE } from './types.js';

/**
 * Sound of any rate → 16 kHz mono. The filter looks ahead, so output trails input; each result says where on the input's
 * clock its first sample lies, and no time is lost or shifted.
 */
export class Resampler {
  readonly #inputRate: number;
  readonly #converter: SoundConverter;
  /** Input position after the last sample fed, input ticks. */
  #position = 0;
  /** Where the next output begins, input ticks; null before the first. */
  #next: number | null = null;

  /**
   * @param allocate for a test that watches the memory
   * @param shape of what decoders give, mixed down to mono; default: mono floats
   */
  constructor(inputRate: number, allocate?: Allocate, shape?: SoundShape) {
    this.#inputRate = inputRate;
    this.#converter = new SoundConverter(inputRate, AUDIO_SAMPLE_RATE, allocate, shape);
  }

  /** @param position of the first sample, input ticks; must continue the last call's, or follow `flush` */
  process(samples: Float32Array, position: number): { samples: Float32Array; position: number } {
    return this.#follow(samples.length, position, () => this.#converter.convert(samples));
  }

  /**
   * The same for a decoder's frame.
   * @returns a view that is valid until the next call
   */
  processFrame(frame: Frame, length: number, position: number): { samples: Float32Array; position: number } {
    return this.#follow(length, position, () => this.#converter.convertDecoded(frame));
  }

  /** The tail that is still in the filter. Afterwards any position may follow. */
  flush(): { samples: Float32Array; position: number } {
    const held = this.#converter.delay;
    const start = this.#position - held;
    // The filter's look-ahead past the end would be silence: only what lies before the end is sound.
    const wanted = Math.round((held * AUDIO_SAMPLE_RATE) / this.#inputRate);
    const samples = this.#converter.convert(null).subarray(0, wanted);
    this.#converter.reset();
    this.#next = null;
    return { samples, position: start };
  }

  close(): void {
    this.#converter.close();
  }

  #follow(length: number, position: number, convert: () => Float32Array): { samples: Float32Array; position: number } {
    // The output is continuous: how much the filter holds has to be asked once only.
    const start = this.#next ?? position - this.#converter.delay;
    const samples = convert();
    this.#position = position + length;
    this.#next = start + (samples.length * this.#inputRate) / AUDIO_SAMPLE_RATE;
    return { samples, position: start };
  }
}
