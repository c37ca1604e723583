import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_SAMPLE_FMT_FLT,
  AV_SAMPLE_FMT_FLTP,
  type AVSampleFormat,
  type ChannelLayout,
  Frame,
  SoftwareResampleContext,
} from 'node-av';
import { EmostreamError } from '../common/errors.js';
import { type Allocate, allocateZeroed, SLACK } from './conversion.js';
import { floatsOf } from './floats-of.js';

/** How a decoder gives sound. */
export interface SoundShape {
  format: AVSampleFormat;
  layout: ChannelLayout;
}
/** As Opus is decoded in a call: of one channel, planar is the same as packed; decoders say planar. */
const MONO_FLOATS: SoundShape = { format: AV_SAMPLE_FMT_FLTP, layout: AV_CHANNEL_LAYOUT_MONO };

/** More samples than any codec gives at once: half a minute. */
const MOST_AT_ONCE = 480_000;

/** Sound of one rate → mono of another rate (libswresample). The filter looks ahead: output trails input by `delay`. */
export class SoundConverter {
  readonly #shape: SoundShape;
  readonly #inputRate: number;
  readonly #outputRate: number;
  readonly #allocate: Allocate;
  #context: SoftwareResampleContext | null;
  #out: SoundFrame | null = null;

  /** @throws EmostreamError UNSUPPORTED_MEDIA */
  constructor(
    inputRate: number,
    outputRate: number,
    allocate: Allocate = allocateZeroed,
    shape: SoundShape = MONO_FLOATS,
  ) {
    this.#shape = shape;
    this.#inputRate = inputRate;
    this.#outputRate = outputRate;
    this.#allocate = allocate;
    this.#context = openResampler(inputRate, outputRate, shape);
  }

  /** Samples of the input that are in the filter. */
  get delay(): number {
    return Number(this.#context?.getDelay(BigInt(this.#inputRate)) ?? 0n);
  }

  /**
   * @param samples null: what is still in the filter
   * @throws EmostreamError MEDIA_CORRUPT
   */
  convert(samples: Float32Array | null): Float32Array {
    const context = this.#context;
    if (!context) return new Float32Array(0);
    const count = samples?.length ?? 0;
    const room = context.getOutSamples(count);
    if (room < 0) throw new EmostreamError('MEDIA_CORRUPT', `sound cannot be resampled (FFmpeg error ${String(room)})`);
    const out = this.#allocate(4 * room + SLACK);
    const input = samples && [this.#padded(samples)];
    const target = [Buffer.from(out.buffer, out.byteOffset, out.byteLength)];
    const made = context.convertSync(target, room, input, count);
    if (made < 0) throw new EmostreamError('MEDIA_CORRUPT', `sound cannot be resampled (FFmpeg error ${String(made)})`);
    return new Float32Array(out.buffer, out.byteOffset, made);
  }

  /**
   * A decoder's frame, without a copy of it in JavaScript: into memory of the library's, which is written anew by the next call.
   * @returns a view of that memory
   * @throws EmostreamError MEDIA_CORRUPT, also when the frame is of another rate, format or number of channels than it should be
   */
  convertDecoded(frame: Frame): Float32Array {
    const context = this.#context;
    if (!context) return new Float32Array(0);
    const { frame: out, samples } = this.#roomFor(context.getOutSamples(frame.nbSamples));
    out.nbSamples = samples.length;
    const code = context.convertFrame(out, frame);
    if (code < 0) throw new EmostreamError('MEDIA_CORRUPT', `sound cannot be resampled (FFmpeg error ${String(code)})`);
    return samples.subarray(0, out.nbSamples);
  }

  /** Forgets what is in the filter. */
  reset(): void {
    if (!this.#context) return;
    this.#context.free();
    this.#context = openResampler(this.#inputRate, this.#outputRate, this.#shape);
  }

  /** Idempotent. */
  close(): void {
    this.#context?.free();
    this.#context = null;
    this.#out?.frame.free();
    this.#out = null;
  }

  /** What does not fit would wait in the filter. */
  #roomFor(samples: number): SoundFrame {
    if (this.#out && this.#out.samples.length >= samples) return this.#out;
    if (samples > MOST_AT_ONCE) throw new EmostreamError('MEDIA_CORRUPT', 'sound comes in pieces that are too large');
    this.#out?.frame.free();
    return (this.#out = new SoundFrame(this.#outputRate, Math.max(SoundFrame.SAMPLES, samples)));
  }

  /** Input is read in groups, too. */
  #padded(samples: Float32Array): Buffer {
    const padded = this.#allocate(samples.byteLength + SLACK);
    padded.set(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
    return Buffer.from(padded.buffer, padded.byteOffset, padded.byteLength);
  }
}

/** Memory of the library's for mono sound, with one view of it: to make a view of native memory costs as much as resampling. */
class SoundFrame {
  /** 240 ms at 16 kHz, twice the longest packet of Opus. */
  static readonly SAMPLES = 3840;
  readonly frame = new Frame();
  /** Valid until the frame is freed. */
  readonly samples: Float32Array;

  constructor(rate: number, length: number) {
    this.frame.alloc();
    this.frame.format = AV_SAMPLE_FMT_FLT;
    this.frame.channelLayout = AV_CHANNEL_LAYOUT_MONO;
    this.frame.sampleRate = rate;
    this.frame.nbSamples = length + SLACK / 4;
    const code = this.frame.getBuffer();
    if (code < 0) throw new EmostreamError('INTERNAL', `no memory for sound (FFmpeg error ${String(code)})`);
    this.samples = floatsOf(this.frame.data?.[0], length);
  }
}

function openResampler(inputRate: number, outputRate: number, { format, layout }: SoundShape): SoftwareResampleContext {
  const context = new SoftwareResampleContext();
  context.allocSetOpts2(AV_CHANNEL_LAYOUT_MONO, AV_SAMPLE_FMT_FLT, outputRate, layout, format, inputRate);
  // The mean of the channels: of floats the library would make the sum, beyond full scale.
  if (layout.nbChannels > 1) context.setOption('rematrix_maxval', 1);
  const code = context.init();
  if (code < 0) {
    context.free();
    throw new EmostreamError('UNSUPPORTED_MEDIA', `the resampler does not start (FFmpeg error ${String(code)})`);
  }
  return context;
}
