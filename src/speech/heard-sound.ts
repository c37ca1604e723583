import { FloatSlab } from '../common/float-slab.js';
import { silentMeter, type Meter } from '../common/metrics.js';
import { AUDIO_SAMPLE_RATE, type AudioChunk } from '../media/types.js';
import { FRAME_SAMPLES } from './silero-network.js';
import type { VoiceActivity } from './voice-activity.js';

/** Sound of which is known whether somebody speaks in it: FRAME_SAMPLES, fewer just before a gap. */
export interface HeardSound extends AudioChunk {
  speech: boolean;
}

/** Chunks whose time differs so little, ms, from the end of the one before follow each other: the media clock is slewed. */
export const GAP_TOLERANCE_MS = 30;
/**
 * A hole that is no longer than this, ms, is one that packets left which were lost: whoever spoke before it goes on after it, and
 * what was heard is not forgotten. Silence that is not sent (DTX) leaves longer ones: a packet comes each 400 ms (RFC 7587 §3.1.3).
 */
export const LOST_PACKETS_MS = 200;
export const SAMPLES_PER_MS = AUDIO_SAMPLE_RATE / 1000;
/** Frames that wait to be judged, at most: two seconds. */
const MOST_WAITING = 64;
/** Frames are kept so many together, a second. */
const SLAB_FRAMES = 32;

/** One track's sound in frames, each with whether somebody speaks in it and at its media time. */
export class SpeechHearer {
  readonly #activity: VoiceActivity;
  readonly #meter: Meter;
  readonly #slab = new FloatSlab(SLAB_FRAMES * FRAME_SAMPLES);
  /** Whole frames that are not judged yet. */
  #waiting: AudioChunk[] = [];
  #frame: Float32Array;
  #filled = 0;
  #speech = false;
  /** The chunk before. */
  #last: AudioChunk | null = null;

  constructor(activity: VoiceActivity, meter: Meter = silentMeter) {
    this.#activity = activity;
    this.#meter = meter;
    this.#frame = this.#slab.take(FRAME_SAMPLES);
  }

  /**
   * Frames wait until `judge` is called, for others to be judged with them.
   * @returns at a gap what came before it, with what was left over as the frame before that
   */
  hear(chunk: AudioChunk): HeardSound[] {
    const from = performance.now();
    const heard = this.#beforeGap(chunk);
    const { samples, mediaTime } = chunk;
    for (let at = 0; at < samples.length;) {
      const taken = Math.min(FRAME_SAMPLES - this.#filled, samples.length - at);
      this.#frame.set(samples.subarray(at, at + taken), this.#filled);
      this.#filled += taken;
      at += taken;
      if (this.#filled < FRAME_SAMPLES) break;
      onlyFinite(this.#frame);
      this.#activity.push(this.#frame);
      this.#waiting.push(this.#take(chunk, mediaTime + (at - FRAME_SAMPLES) / SAMPLES_PER_MS));
      if (this.#waiting.length >= MOST_WAITING) heard.push(...this.#judge());
    }
    this.#last = chunk;
    this.#observe(from);
    return heard;
  }

  /** @returns the frames that came since the last time */
  judge(): HeardSound[] {
    if (this.#waiting.length === 0) return [];
    const from = performance.now();
    const heard = this.#judge();
    this.#observe(from);
    return heard;
  }

  /** The sound is over. @returns what was not judged yet, and what was left over */
  end(): HeardSound[] {
    return this.#last === null ? [] : this.#end();
  }

  close(): void {
    this.#activity.close();
  }

  #judge(): HeardSound[] {
    const frames = this.#waiting;
    this.#waiting = [];
    const answers = this.#activity.judged();
    return frames.map((frame, i) => ({ ...frame, speech: (this.#speech = answers[i] ?? false) }));
  }

  #observe(from: number): void {
    this.#meter.observe('emostream_stage_duration_seconds', (performance.now() - from) / 1000, {
      stage: 'voice-activity',
    });
  }

  /** @returns what came before the gap that the chunk comes after; nothing where it comes after none */
  #beforeGap({ mediaTime }: AudioChunk): HeardSound[] {
    if (this.#last === null) return [];
    const gapMs = mediaTime - (this.#last.mediaTime + this.#last.samples.length / SAMPLES_PER_MS);
    if (Math.abs(gapMs) <= GAP_TOLERANCE_MS) return [];
    return Math.abs(gapMs) <= LOST_PACKETS_MS ? this.#rest() : this.#end();
  }

  #end(): HeardSound[] {
    const heard = this.#rest();
    this.#activity.reset();
    this.#speech = false;
    return heard;
  }

  /** What was not judged, and what is less than a frame: that is as what came before it. */
  #rest(): HeardSound[] {
    const last = this.#last!;
    const end = last.mediaTime + last.samples.length / SAMPLES_PER_MS;
    const heard = this.#judge();
    if (this.#filled > 0)
      heard.push({ ...this.#take(last, end - this.#filled / SAMPLES_PER_MS), speech: this.#speech });
    return heard;
  }

  #take({ arrivalMs, decodedMs }: AudioChunk, mediaTime: number): AudioChunk {
    const samples = this.#frame.subarray(0, this.#filled);
    this.#frame = this.#slab.take(FRAME_SAMPLES);
    this.#filled = 0;
    return { mediaTime, arrivalMs, decodedMs, samples };
  }
}

/** One sample that is no number would stay in the model's memory for good. */
function onlyFinite(frame: Float32Array): void {
  // What is not finite, less itself, is not a number.
  for (let i = 0; i < frame.length; i++) if (frame[i]! - frame[i]! !== 0) frame[i] = 0;
}
