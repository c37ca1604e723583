import { silentMeter, type Meter } from '../common/metrics.js';
import { GAP_TOLERANCE_MS, type HeardSound, LOST_PACKETS_MS, SAMPLES_PER_MS } from '../speech/index.js';
import type { Timed } from '../streams/types.js';
import { HOP_SAMPLES, LogMelStream } from './log-mel.js';
import { NoiseFloor } from './noise-floor.js';
import { SpeechHangover } from './speech-hangover.js';
import { MEL_HOP_MS, type VoiceObservation } from './types.js';

const NOTHING = new Float32Array(0);

/** One participant's sound as blocks of log-mel frames with speech counted, each at its media time. */
export class VoiceObserver {
  readonly #mel = new LogMelStream();
  readonly #noise = new NoiseFloor();
  readonly #hangover = new SpeechHangover();
  readonly #meter: Meter;
  readonly #keepSamples: boolean;
  /** Samples taken in that are not the start of a frame already given out. */
  #waiting = 0;
  /** They themselves, where they are kept. */
  #tail = NOTHING;
  #nextTime: number | null = null;

  /** @param keepSamples blocks have their sound with them */
  constructor(meter: Meter = silentMeter, keepSamples = false) {
    this.#meter = meter;
    this.#keepSamples = keepSamples;
  }

  /**
   * @returns the frames that became whole with this chunk as one block, whose media time is that of the first frame's first
   *   sample (it may lie before the chunk's); null when there is none yet
   */
  observe(chunk: HeardSound): Timed<VoiceObservation> | null {
    const from = performance.now();
    const gapMs = this.#nextTime === null ? 0 : Math.abs(chunk.mediaTime - this.#nextTime);
    if (gapMs > GAP_TOLERANCE_MS) this.#gap(gapMs);
    this.#nextTime = chunk.mediaTime + chunk.samples.length / SAMPLES_PER_MS;
    const mediaTime = chunk.mediaTime - this.#waiting / SAMPLES_PER_MS;
    const { mel, frames } = this.#mel.push(chunk.samples);
    this.#waiting += chunk.samples.length - frames * HOP_SAMPLES;
    const samples = this.#keepSamples ? this.#cut(chunk.samples, frames * HOP_SAMPLES) : NOTHING;
    const speech = this.#hangover.follow(chunk);
    const figures = frames > 0 ? this.#noise.measure(mel, frames, () => speech) : null;
    this.#meter.observe('emostream_stage_duration_seconds', (performance.now() - from) / 1000, { stage: 'voice' });
    if (!figures) return null;
    return {
      mediaTime,
      durationMs: frames * MEL_HOP_MS,
      arrivalMs: chunk.arrivalMs,
      decodedMs: chunk.decodedMs,
      value: { mel, frames, ...figures, samples },
    };
  }

  /** Forgets the sound so far; the next chunk starts afresh. */
  close(): void {
    this.#gap(Infinity);
    this.#nextTime = null;
  }

  /** The next so many samples of those that are not given out yet. */
  #cut(coming: Float32Array, count: number): Float32Array {
    const all = new Float32Array(this.#tail.length + coming.length);
    all.set(this.#tail);
    all.set(coming, this.#tail.length);
    this.#tail = all.subarray(count);
    return all.subarray(0, count);
  }

  #gap(ms: number): void {
    this.#mel.reset();
    this.#noise.gap();
    if (ms > LOST_PACKETS_MS) this.#hangover.reset();
    this.#waiting = 0;
    this.#tail = NOTHING;
  }
}
