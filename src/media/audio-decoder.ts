import { AV_CHANNEL_LAYOUT_MONO, AVERROR_EAGAIN, AVERROR_EOF, type CodecContext, Frame, Packet } from 'node-av';
import { closeDecoder, corrupt, openDecoder } from './codec-library.js';
import { FloatSlab } from '../common/float-slab.js';
import { Resampler } from './resampler.js';

/** Opus runs on a 48 kHz clock whatever it carries (RFC 7587 §4.1). */
export const OPUS_CLOCK_RATE = 48_000;
/**
 * libopus's encoder (in browsers too) looks ahead 6.5 ms: the packet with timestamp T holds sound from T − 6.5 ms on.
 * In a file the header's pre-skip says so (RFC 7845 §4.2); in RTP nothing does.
 */
export const ENCODER_DELAY_TICKS = 312;
/** The longest Opus packet lasts 120 ms (RFC 6716 §3.2.5). */
const MAX_PACKET_TICKS = 5760;
/** Half a second at 16 kHz. */
const SLAB_SAMPLES = 8000;

/** A stretch of 16 kHz mono sound; `position` is that of its first sample on the RTP clock, continuous, in ticks. */
export interface DecodedSound {
  position: number;
  samples: Float32Array;
}

/**
 * Opus → 16 kHz mono, synchronously (FFmpeg and libswresample through node-av). A gap in the timestamps (loss, silence
 * that was not sent) stays a gap in the positions: no sound is invented, and none is moved together.
 */
export class AudioDecoder {
  readonly #resampler = new Resampler(OPUS_CLOCK_RATE);
  readonly #packet = new Packet();
  readonly #frame = new Frame();
  readonly #slab = new FloatSlab(SLAB_SAMPLES);
  #context: CodecContext | null = open();
  /** Where the next packet must begin to continue this one, ticks. */
  #expected: number | null = null;

  constructor() {
    this.#packet.alloc();
    this.#frame.alloc();
  }

  /**
   * @param position the packet's timestamp, made continuous, ticks
   * @throws EmostreamError MEDIA_CORRUPT; call `reset` and go on with the next packet
   */
  decode(data: Uint8Array, position: number): DecodedSound[] {
    const context = this.#context;
    if (!context) return [];
    const out: DecodedSound[] = [];
    if (this.#expected !== null && position !== this.#expected) this.#drain(out);
    this.#packet.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const sent = context.sendPacketSync(this.#packet);
    this.#packet.unref();
    if (sent < 0) throw corrupt('sound', sent);
    let at = position;
    for (;;) {
      const received = context.receiveFrameSync(this.#frame);
      if (received === AVERROR_EAGAIN || received === AVERROR_EOF) break;
      if (received < 0) throw corrupt('sound', received);
      try {
        const length = this.#frame.nbSamples;
        if (length > MAX_PACKET_TICKS) throw corrupt('sound', 0);
        this.#emit(out, this.#resampler.processFrame(this.#frame, length, at));
        at += length;
      } finally {
        this.#frame.unref();
      }
    }
    if (at - position > MAX_PACKET_TICKS) throw corrupt('sound', 0);
    this.#expected = at;
    return out;
  }

  /** After an error or a change of stream. */
  reset(): void {
    if (!this.#context) return;
    closeDecoder(this.#context);
    this.#context = null;
    this.#context = open();
    this.#resampler.flush();
    this.#expected = null;
  }

  /** Frees the native memory. Idempotent. */
  close(): void {
    if (!this.#context) return;
    closeDecoder(this.#context);
    this.#context = null;
    this.#resampler.close();
    this.#packet.free();
    this.#frame.free();
  }

  #drain(out: DecodedSound[]): void {
    this.#emit(out, this.#resampler.flush());
    this.#expected = null;
  }

  /** A copy: what the resampler gives is its own memory. */
  #emit(out: DecodedSound[], { samples, position }: DecodedSound): void {
    if (samples.length === 0) return;
    const copy = this.#slab.take(samples.length);
    // Loud sound overshoots a little, damaged sound a lot, and it may not be a number at all.
    for (let i = 0; i < samples.length; i++) {
      const value = samples[i] as number;
      copy[i] = value >= -1 && value <= 1 ? value : value > 1 ? 1 : value < -1 ? -1 : 0;
    }
    out.push({ samples: copy, position: position - ENCODER_DELAY_TICKS });
  }
}

function open(): CodecContext {
  return openDecoder('opus', (context) => {
    context.sampleRate = OPUS_CLOCK_RATE;
    context.channelLayout = AV_CHANNEL_LAYOUT_MONO; // stereo packets are mixed down by the decoder
  });
}
