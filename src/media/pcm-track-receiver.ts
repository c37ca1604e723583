import type { Clock } from '../common/clock.js';
import { EmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import type { DirectMedia, TrackInfo } from '../sfu/types.js';
import { AUDIO_SAMPLE_RATE, type AudioChunk } from './types.js';

export interface PcmReceiverOptions {
  meter: Meter;
  clock: Clock;
  onChunk: (chunk: AudioChunk) => void;
}

const BYTES_PER_SAMPLE = 2;
const FULL_SCALE = 32_768;

/** Linear sound that came by no RTP (16 bits, little endian, mono, 16 kHz) → the same as samples, at once. */
export class PcmTrackReceiver {
  readonly #options: PcmReceiverOptions;

  /** @throws EmostreamError UNSUPPORTED_MEDIA for another sample rate */
  constructor({ clockRate }: Pick<TrackInfo, 'clockRate'>, options: PcmReceiverOptions) {
    if (clockRate !== AUDIO_SAMPLE_RATE) {
      throw new EmostreamError('UNSUPPORTED_MEDIA', `linear sound has ${AUDIO_SAMPLE_RATE} samples a second`);
    }
    this.#options = options;
  }

  media({ data, mediaTime, arrivalMs }: DirectMedia): void {
    const { meter, clock, onChunk } = this.#options;
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const samples = new Float32Array(Math.floor(data.byteLength / BYTES_PER_SAMPLE));
    for (let i = 0; i < samples.length; i++) samples[i] = view.getInt16(i * BYTES_PER_SAMPLE, true) / FULL_SCALE;
    meter.count('emostream_decoded_total', { kind: 'audio' });
    onChunk({ mediaTime, arrivalMs, decodedMs: clock(), samples });
  }

  close(): void {
    // Nothing is held.
  }
}
