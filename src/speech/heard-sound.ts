import { FloatSlab } from '../common/float-slab.js';
import { silentMeter, type Meter } from '../common/metrics.js';
import { WINDOW_MS, windowStart } from '../common/window-start.js';
import { AUDIO_SAMPLE_RATE, type AudioChunk } from '../media/index.js';
import { FRAME_SAMPLES, type VoiceActivity } from './voice-activity.js';

/** Sound of which is known whether somebody speaks in it: FRAME_SAMPLES, fewer just before a gap. */
export interface HeardSound extends AudioChunk {
  speech: boolean;
}

/** When frames are judged. */
export interface JudgingTogether {
  /**
   * So many at a time: a model's weights are read from memory for all of them once, where between two frames of one voice those
   * of two dozen others are looked at.
   */
  frames: number;
  /** Windows begin so long after whole seconds, ms: a frame at the end of one is judged at once. */
  phaseMs: number;
}
const EACH_AT_ONCE: JudgingTogether = { frames: 1, phaseMs: 0 };
/** Frames are judged though they are few when nothing has come for so long, ms: three packets. */
const PATIENCE_MS = 60;

/** Chunks whose time differs so little, ms, from the end of the one before follow each other: the media clock is slewed. */
export const GAP_TOLERANCE_MS = 30;
export const SAMPLES_PER_MS = AUDIO_SAMPLE_RATE / 1000;
const FRAME_MS = FRAME_SAMPLES / SAMPLES_PER_MS;
/** Frames are kept so many together, a second. */
const SLAB_FRAMES = 32;

/** One track's sound in frames, each with whether somebody speaks in it and at its media time. */
export class SpeechHearer {
  readonly #activity: VoiceActivity;
  readonly #meter: Meter;
  readonly #together: JudgingTogether;
  readonly #slab = new FloatSlab(SLAB_FRAMES * FRAME_SAMPLES);
  /** Whole frames that are not judged yet. */
  #waiting: AudioChunk[] = [];
  #frame: Float32Array;
  #filled = 0;
  #speech = false;
  /** The chunk before. */
  #last: AudioChunk | null = null;

  constructor(activity: VoiceActivity, meter: Meter = silentMeter, together = EACH_AT_ONCE) {
    this.#activity = activity;
    this.#meter = meter;
    this.#together = together;
    this.#frame = this.#slab.take(FRAME_SAMPLES);
  }

  /** @returns the frames that were judged with this chunk; before a gap also what was left over, with the frame before it */
  hear(chunk: AudioChunk): HeardSound[] {
    const from = performance.now();
    const heard = this.#isGap(chunk) ? this.#end() : [];
    const { samples, mediaTime } = chunk;
    for (let at = 0; at < samples.length;) {
      const taken = Math.min(FRAME_SAMPLES - this.#filled, samples.length - at);
      this.#frame.set(samples.subarray(at, at + taken), this.#filled);
      this.#filled += taken;
      at += taken;
      if (this.#filled < FRAME_SAMPLES) break;
      onlyFinite(this.#frame);
      this.#waiting.push(this.#take(chunk, mediaTime + (at - FRAME_SAMPLES) / SAMPLES_PER_MS));
      if (this.#isDue()) heard.push(...this.#judge());
    }
    this.#last = chunk;
    this.#observe(from);
    return heard;
  }

  /** Time passes, and perhaps no sound comes. @param now server wall clock, ms */
  tick(now: number): HeardSound[] {
    if (this.#waiting.length === 0 || now - this.#last!.decodedMs < PATIENCE_MS) return [];
    const from = performance.now();
    const heard = this.#judge();
    this.#observe(from);
    return heard;
  }

  /** The sound is over. @returns what was not judged yet */
  end(): HeardSound[] {
    return this.#last === null ? [] : this.#end();
  }

  close(): void {
    this.#activity.close();
  }

  #isDue(): boolean {
    const { frames, phaseMs } = this.#together;
    if (this.#waiting.length >= frames) return true;
    const { mediaTime } = this.#waiting.at(-1)!;
    // The frames before an edge, across it, and just behind it: log-mel frames reach 15 ms further than what they stand for.
    const since = mediaTime - windowStart(mediaTime, phaseMs);
    return since >= WINDOW_MS - 2 * FRAME_MS || since < FRAME_MS;
  }

  #judge(): HeardSound[] {
    const frames = this.#waiting;
    this.#waiting = [];
    return frames.map((frame) => ({ ...frame, speech: (this.#speech = this.#activity.hears(frame.samples)) }));
  }

  #observe(from: number): void {
    this.#meter.observe('emostream_stage_duration_seconds', (performance.now() - from) / 1000, {
      stage: 'voice-activity',
    });
  }

  #isGap({ mediaTime }: AudioChunk): boolean {
    if (this.#last === null) return false;
    const expected = this.#last.mediaTime + this.#last.samples.length / SAMPLES_PER_MS;
    return Math.abs(mediaTime - expected) > GAP_TOLERANCE_MS;
  }

  #end(): HeardSound[] {
    const last = this.#last!;
    const end = last.mediaTime + last.samples.length / SAMPLES_PER_MS;
    const heard = this.#judge();
    if (this.#filled > 0)
      heard.push({ ...this.#take(last, end - this.#filled / SAMPLES_PER_MS), speech: this.#speech });
    this.#activity.reset();
    this.#speech = false;
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
