import { silentMeter, type Meter } from '../common/metrics.js';
import { AUDIO_SAMPLE_RATE, type AudioChunk } from '../media/types.js';
import type { Timed } from '../streams/types.js';
import { HOP_SAMPLES, LogMelStream } from './log-mel.js';
import { MEL_HOP_MS, type VoiceObservation } from './types.js';
import { VoiceActivityDetector } from './voice-activity.js';

/** Chunks whose time differs so little, ms, from the end of the one before follow each other: the media clock is slewed. */
const TOLERANCE = 30;
const SAMPLES_PER_MS = AUDIO_SAMPLE_RATE / 1000;

/** One participant's sound as blocks of log-mel frames with speech counted, each at its media time. */
export class VoiceObserver {
  readonly #mel = new LogMelStream();
  readonly #activity = new VoiceActivityDetector();
  readonly #meter: Meter;
  /** Samples taken in that are not the start of a frame already given out. */
  #waiting = 0;
  #nextTime: number | null = null;

  constructor(meter: Meter = silentMeter) {
    this.#meter = meter;
  }

  /**
   * @returns the frames that became whole with this chunk as one block, whose media time is that of the first frame's first
   *   sample (it may lie before the chunk's); null when there is none yet
   */
  observe(chunk: AudioChunk): Timed<VoiceObservation> | null {
    const from = performance.now();
    if (this.#nextTime !== null && Math.abs(chunk.mediaTime - this.#nextTime) > TOLERANCE) this.#gap();
    this.#nextTime = chunk.mediaTime + chunk.samples.length / SAMPLES_PER_MS;
    const mediaTime = chunk.mediaTime - this.#waiting / SAMPLES_PER_MS;
    const { mel, frames } = this.#mel.push(chunk.samples);
    this.#waiting += chunk.samples.length - frames * HOP_SAMPLES;
    const activity = frames > 0 ? this.#activity.process(mel, frames) : null;
    this.#meter.observe('emostream_stage_duration_seconds', (performance.now() - from) / 1000, { stage: 'voice' });
    if (!activity) return null;
    return {
      mediaTime,
      durationMs: frames * MEL_HOP_MS,
      arrivalMs: chunk.arrivalMs,
      decodedMs: chunk.decodedMs,
      value: { mel, frames, ...activity },
    };
  }

  /** Forgets the sound so far; the next chunk starts afresh. */
  close(): void {
    this.#gap();
    this.#nextTime = null;
  }

  #gap(): void {
    this.#mel.reset();
    this.#activity.gap();
    this.#waiting = 0;
  }
}
