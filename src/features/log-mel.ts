import { FloatSlab } from '../common/float-slab.js';
import { melFilterbank } from '../common/mel-filterbank.js';
import { PowerSpectrum } from './power-spectrum.js';
import { MEL_BANDS, MEL_FRAMES } from './types.js';

/** Input everywhere: mono, -1..1, at this rate. */
export const SAMPLE_RATE = 16_000;
/** 25 ms periodic Hann window, 10 ms hop: the usual frame of speech analysis. */
export const FRAME_SAMPLES = 400;
export const HOP_SAMPLES = 160;
export const FFT_SIZE = 512;
/** Below 60 Hz is hum; above 7.6 kHz the anti-aliasing slope of a resampler to 16 kHz. */
export const MEL_LOW_HZ = 60;
export const MEL_HIGH_HZ = 7600;
/** Floor of mel power before the logarithm. Power is |X|² / FRAME_SAMPLES for samples of -1..1. */
export const POWER_FLOOR = 1e-12;
export const LOG_FLOOR = Math.log(POWER_FLOOR);

const FILTERS = melFilterbank({
  sampleRate: SAMPLE_RATE,
  fftSize: FFT_SIZE,
  bands: MEL_BANDS,
  lowHz: MEL_LOW_HZ,
  highHz: MEL_HIGH_HZ,
});
/** The filters' weights one after another, divided by FRAME_SAMPLES; each starts at a bin and has its part of the weights. */
const WEIGHTS = Float64Array.from(
  FILTERS.flatMap(({ weights }) => [...weights].map((weight) => weight / FRAME_SAMPLES)),
);
const FIRST_BIN = Int32Array.from(FILTERS, ({ firstBin }) => firstBin);
const LAST_BIN = Int32Array.from(FILTERS, ({ firstBin, weights }) => firstBin + weights.length);
const HANN = Float64Array.from(
  { length: FRAME_SAMPLES },
  (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / FRAME_SAMPLES),
);

/** Frames of sound that comes in small pieces are kept so many together, a second. */
const SLAB_FRAMES = 100;

/** A block of whole frames. */
export interface MelBlock {
  /** frames × MEL_BANDS, row major: natural log of mel power, at least LOG_FLOOR. */
  mel: Float32Array;
  frames: number;
}

/**
 * Log-mel frames of a sound that comes in pieces. Frame k covers samples [k · HOP_SAMPLES, k · HOP_SAMPLES + FRAME_SAMPLES)
 * counted since the start or the last `reset`; however the sound is cut into pieces, the frames are the same.
 * Holds less than one frame of samples between calls.
 */
export class LogMelStream {
  readonly #spectrum = new PowerSpectrum(FFT_SIZE);
  readonly #slab = new FloatSlab(SLAB_FRAMES * MEL_BANDS);
  /** Samples that were not the start of a whole frame yet, `#held` of them, and room for more. */
  #samples = new Float32Array(4 * FRAME_SAMPLES);
  #held = 0;

  /** Takes any number of samples, answers the frames that became whole. Samples that are not finite count as 0. */
  push(samples: Float32Array): MelBlock {
    const length = this.#held + samples.length;
    if (length > this.#samples.length) {
      const larger = new Float32Array(length);
      larger.set(this.#samples.subarray(0, this.#held));
      this.#samples = larger;
    }
    this.#samples.set(samples, this.#held);
    const frames = frameCount(length);
    const mel = this.#slab.take(frames * MEL_BANDS);
    for (let frame = 0; frame < frames; frame++) this.#frame(frame * HOP_SAMPLES, mel, frame * MEL_BANDS);
    this.#samples.copyWithin(0, frames * HOP_SAMPLES, length);
    this.#held = length - frames * HOP_SAMPLES;
    return { mel, frames };
  }

  /** Forgets the samples carried over. To be called at a gap: a frame must not span two sides of one. */
  reset(): void {
    this.#held = 0;
  }

  #frame(start: number, out: Float32Array, to: number): void {
    const samples = this.#samples;
    const { signal, power } = this.#spectrum;
    // The tail past FRAME_SAMPLES stays zero: zero padding to the FFT's size.
    for (let n = 0; n < FRAME_SAMPLES; n++) {
      const sample = samples[start + n]!;
      // What is not finite, less itself, is not a number.
      signal[n] = sample - sample === 0 ? sample * HANN[n]! : 0;
    }
    this.#spectrum.compute();
    for (let band = 0, weight = 0; band < MEL_BANDS; band++) {
      const end = LAST_BIN[band]!;
      let sum = 0;
      for (let bin = FIRST_BIN[band]!; bin < end; bin++) sum += WEIGHTS[weight++]! * power[bin]!;
      out[to + band] = sum > POWER_FLOOR ? Math.log(sum) : LOG_FLOOR;
    }
  }
}

/** Whole frames in so many samples. */
export function frameCount(samples: number): number {
  return samples < FRAME_SAMPLES ? 0 : 1 + Math.floor((samples - FRAME_SAMPLES) / HOP_SAMPLES);
}

/** All whole frames of a clip; the same numbers as a LogMelStream gives. */
export function logMel(samples: Float32Array): MelBlock {
  return new LogMelStream().push(samples);
}

/** Network units per nat. */
const SCALE = 1 / 3;
/** Frames this far (nats, about 39 dB) under the loudest are the room, not the voice. */
const RANGE_BELOW = 9;
const RANGE_ABOVE = 9;
/** A window whose loudest frames are under this level (about -80 dBFS of wide-band sound) is not amplified further. */
const QUIET_LEVEL = LOG_FLOOR + RANGE_BELOW;
/** What silence and padding look like to the network. */
export const MEL_SILENCE = -RANGE_BELOW * SCALE;

/**
 * Log-mel as the network reads it: independent of the microphone's gain, which says nothing about the speaker. The level of
 * the window is the 95th percentile over frames of the mean log power; values are clipped to ±9 nats around it and divided
 * by 3. So the result is within -3..3, a near-silent window stays near -3 instead of being blown up, and padding (in front:
 * the newest sound is at the end) equals silence.
 * @param mel n × MEL_BANDS as LogMelStream gives it
 * @param frames n; the newest MEL_FRAMES are used
 * @returns MEL_FRAMES × MEL_BANDS
 */
export function normaliseLogMel(mel: Float32Array, frames: number): Float32Array {
  const out = new Float32Array(MEL_FRAMES * MEL_BANDS).fill(MEL_SILENCE);
  const used = Math.min(frames, MEL_FRAMES);
  if (used === 0) return out;
  const from = (frames - used) * MEL_BANDS;
  const to = (MEL_FRAMES - used) * MEL_BANDS;
  const level = Math.max(windowLevel(mel.subarray(from, frames * MEL_BANDS), used), QUIET_LEVEL);
  for (let i = 0; i < used * MEL_BANDS; i++) {
    const relative = mel[from + i]! - level;
    out[to + i] = Math.min(Math.max(relative, -RANGE_BELOW), RANGE_ABOVE) * SCALE;
  }
  return out;
}

/** The level of a stretch of frames, nats: the 95th percentile over frames of the mean log power. */
export function windowLevel(mel: Float32Array, frames: number): number {
  const means = new Float64Array(frames);
  for (let frame = 0, i = 0; frame < frames; frame++) {
    let sum = 0;
    for (let band = 0; band < MEL_BANDS; band++) sum += mel[i++]!;
    means[frame] = sum / MEL_BANDS;
  }
  means.sort();
  return means[Math.floor(0.95 * (frames - 1))]!;
}
