import { AV_CHANNEL_LAYOUT_MONO, AV_SAMPLE_FMT_FLT, SoftwareResampleContext } from 'node-av';
import { EmostreamError } from '../common/errors.js';
import { AUDIO_SAMPLE_RATE } from './types.js';

/**
 * 48 kHz mono → 16 kHz mono (libswresample). The filter looks ahead, so output trails input; each result says where on
 * the input's clock its first sample lies, and no time is lost or shifted.
 */
export class Resampler {
  readonly #inputRate: number;
  #context: SoftwareResampleContext | null;
  /** Input position after the last sample fed, input ticks. */
  #position = 0;

  constructor(inputRate: number) {
    this.#inputRate = inputRate;
    this.#context = open(inputRate);
  }

  /** @param position of the first sample, input ticks; must continue the last call's, or follow `flush` */
  process(samples: Float32Array, position: number): { samples: Float32Array; position: number } {
    const start = position - this.#delay();
    this.#position = position + samples.length;
    return { samples: this.#convert(samples), position: start };
  }

  /** The tail that is still in the filter. Afterwards any position may follow. */
  flush(): { samples: Float32Array; position: number } {
    const held = this.#delay();
    const start = this.#position - held;
    // The filter's look-ahead past the end would be silence: only what lies before the end is sound.
    const wanted = Math.round((held * AUDIO_SAMPLE_RATE) / this.#inputRate);
    const samples = this.#convert(null).subarray(0, wanted);
    this.#context?.free();
    this.#context = this.#context && open(this.#inputRate);
    return { samples, position: start };
  }

  close(): void {
    this.#context?.free();
    this.#context = null;
  }

  #delay(): number {
    return Number(this.#context?.getDelay(BigInt(this.#inputRate)) ?? 0n);
  }

  #convert(samples: Float32Array | null): Float32Array {
    const context = this.#context;
    if (!context) return new Float32Array(0);
    const room = context.getOutSamples(samples?.length ?? 0) + 32;
    const out = new Float32Array(room);
    const input = samples && [Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)];
    const count = context.convertSync([Buffer.from(out.buffer)], room, input, samples?.length ?? 0);
    if (count < 0)
      throw new EmostreamError('MEDIA_CORRUPT', `sound cannot be resampled (FFmpeg error ${String(count)})`);
    return out.subarray(0, count);
  }
}

function open(inputRate: number): SoftwareResampleContext {
  const context = new SoftwareResampleContext();
  const mono = AV_CHANNEL_LAYOUT_MONO;
  context.allocSetOpts2(mono, AV_SAMPLE_FMT_FLT, AUDIO_SAMPLE_RATE, mono, AV_SAMPLE_FMT_FLT, inputRate);
  const code = context.init();
  if (code < 0) {
    context.free();
    throw new EmostreamError('UNSUPPORTED_MEDIA', `the resampler does not start (FFmpeg error ${String(code)})`);
  }
  return context;
}
