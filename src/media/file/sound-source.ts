import {
  AV_CHANNEL_LAYOUT_5POINT1,
  AV_CHANNEL_LAYOUT_MONO,
  AV_CHANNEL_LAYOUT_QUAD,
  AV_CHANNEL_LAYOUT_STEREO,
  AV_CHANNEL_LAYOUT_7POINT1,
  AV_CHANNEL_LAYOUT_SURROUND,
  AV_CHANNEL_ORDER_NATIVE,
  type AVSampleFormat,
  type ChannelLayout,
  type Frame,
} from 'node-av';
import { EmostreamError } from '../../common/errors.js';
import { Resampler } from '../resampler.js';
import { AUDIO_SAMPLE_RATE, type AudioChunk } from '../types.js';
import type { FrameReader } from './frame-reader.js';
import { SteadyTime } from './steady-time.js';

/** Containers round their times; what differs more, ms, from where the sound before ended is a gap in it. */
const GAP_MS = 40;
const MAX_RATE = 768_000;

/** Of sound that does not say where its channels are. */
const USUAL_LAYOUTS: Record<number, ChannelLayout> = {
  1: AV_CHANNEL_LAYOUT_MONO,
  2: AV_CHANNEL_LAYOUT_STEREO,
  3: AV_CHANNEL_LAYOUT_SURROUND,
  4: AV_CHANNEL_LAYOUT_QUAD,
  6: AV_CHANNEL_LAYOUT_5POINT1,
  8: AV_CHANNEL_LAYOUT_7POINT1,
};

/** The sound of a recording, 16 kHz mono, whatever it was, with times from its first moment on. */
export class SoundSource {
  readonly #reader: FrameReader;
  readonly #time: SteadyTime;
  #resampler: Resampler | null = null;
  #shape = '';
  #rate = 1;
  /** Where the next sample is, on the input's clock. */
  #position = 0;
  #endMs = 0;
  readonly #ready: AudioChunk[] = [];

  constructor(reader: FrameReader, durationMs: number | null) {
    this.#reader = reader;
    this.#time = new SteadyTime(durationMs);
  }

  get damaged(): number {
    return this.#reader.damaged;
  }
  get brokenOff(): boolean {
    return this.#reader.brokenOff;
  }
  get repaired(): number {
    return this.#time.repaired;
  }
  get endMs(): number {
    return this.#endMs;
  }

  /** What comes next; null: there is no more. @throws EmostreamError MEDIA_ENCRYPTED */
  next(): AudioChunk | null {
    while (this.#ready.length === 0) {
      const frame = this.#reader.next();
      if (!frame) {
        this.#flush();
        break;
      }
      this.#take(frame);
    }
    return this.#ready.shift() ?? null;
  }

  close(): void {
    this.#resampler?.close();
    this.#reader.close();
  }

  #take(frame: Frame): void {
    const { sampleRate, nbSamples } = frame;
    if (sampleRate <= 0 || sampleRate > MAX_RATE || nbSamples <= 0) {
      this.#reader.damaged += 1;
      return;
    }
    const lengthMs = (1000 * nbSamples) / sampleRate;
    const time = this.#time.follow(this.#reader.timeOf(frame), lengthMs);
    if (time === null) return;
    try {
      this.#follow(frame, time);
      this.#emit(this.#resampler!.processFrame(frame, nbSamples, this.#position));
      this.#position += nbSamples;
      this.#endMs = (1000 * this.#position) / this.#rate;
    } catch (error) {
      if (!(error instanceof EmostreamError)) throw error;
      this.#reader.damaged += 1;
    }
  }

  /** Another rate or layout begins, or a gap. */
  #follow(frame: Frame, time: number): void {
    const layout = layoutOf(frame);
    const shape = [frame.sampleRate, frame.format, layout.order, layout.nbChannels, String(layout.mask)].join();
    if (shape !== this.#shape || !this.#resampler) {
      this.#flush();
      this.#resampler?.close();
      this.#resampler = null;
      this.#resampler = new Resampler(frame.sampleRate, undefined, { format: frame.format as AVSampleFormat, layout });
      this.#shape = shape;
      this.#rate = frame.sampleRate;
      this.#position = Math.round((time * this.#rate) / 1000);
    } else if (Math.abs(time - (1000 * this.#position) / this.#rate) > GAP_MS) {
      this.#flush();
      this.#position = Math.round((time * this.#rate) / 1000);
    }
    frame.channelLayout = layout;
  }

  #flush(): void {
    if (this.#resampler) this.#emit(this.#resampler.flush());
  }

  /** A copy, within full scale: what the resampler gives is its own memory. */
  #emit({ samples, position }: { samples: Float32Array; position: number }): void {
    if (samples.length === 0) return;
    const copy = samples.map((value) => (value >= -1 && value <= 1 ? value : value > 1 ? 1 : value < -1 ? -1 : 0));
    const mediaTime = Math.max(0, (1000 * position) / this.#rate);
    const endMs = mediaTime + (1000 * copy.length) / AUDIO_SAMPLE_RATE;
    this.#ready.push({ mediaTime, arrivalMs: endMs, decodedMs: endMs, samples: copy });
  }
}

function layoutOf(frame: Frame): ChannelLayout {
  const { channelLayout: layout } = frame;
  if (layout.order === AV_CHANNEL_ORDER_NATIVE && layout.mask !== 0n) return layout;
  const usual = USUAL_LAYOUTS[layout.nbChannels];
  if (!usual) throw new EmostreamError('UNSUPPORTED_MEDIA', 'sound of so many channels is not mixed down');
  return usual;
}
