import { melFilterbank, SLANEY_SCALE } from '../common/mel-filterbank.js';
import { FOURIER_SIZE, Fourier400 } from './fourier-400.js';

/** What Resemblyzer's encoder reads (its hparams.py and audio.py): bands, and frames of 25 ms each 10 ms. */
export const VOICE_MEL_BANDS = 40;
export const VOICE_MEL_HOP = 160;
const HALF = FOURIER_SIZE / 2;

const HANN = Float64Array.from(
  { length: FOURIER_SIZE },
  (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / FOURIER_SIZE),
);
/** Slaney’s: 0 to 8 kHz, the area of each, over Hz, 1. */
const FILTERS = melFilterbank({
  sampleRate: 16_000,
  fftSize: FOURIER_SIZE,
  bands: VOICE_MEL_BANDS,
  lowHz: 0,
  highHz: 8000,
  scale: SLANEY_SCALE,
}).map(({ firstBin, weights, widthHz }) => ({ firstBin, weights: weights.map((weight) => (2 * weight) / widthHz) }));

/** The level to which a stretch is raised, never lowered: -30 dBFS (root of the mean square). */
const TARGET_RMS = 10 ** (-30 / 20);
/** Keeps the rise of near silence finite, as mean square. */
const LEAST_POWER = 1e-12;

/**
 * The mel front end of Resemblyzer's encoder: power, without a logarithm. Frame k is centred at sample 160 k; outside of the
 * stretch there is silence. Not for two stretches at a time.
 */
export class VoiceMel {
  readonly #fourier = new Fourier400();
  readonly #power = new Float64Array(HALF + 1);

  /**
   * @param samples a stretch at 16 kHz, a whole number of hops; what is not finite counts as 0
   * @returns a frame for each hop × VOICE_MEL_BANDS
   */
  compute(samples: Float32Array): Float32Array {
    const frames = Math.floor(samples.length / VOICE_MEL_HOP);
    const out = new Float32Array(frames * VOICE_MEL_BANDS);
    const gain = riseOf(samples);
    // A real signal leaves half of a complex transform unused: two frames go into one, as its real and its imaginary part.
    for (let frame = 0; frame < frames; frame += 2) {
      const { re, im } = this.#fourier.input;
      this.#window(samples, frame, gain, re);
      this.#window(samples, frame + 1, gain, im);
      this.#fourier.compute();
      this.#bands(1, out, frame * VOICE_MEL_BANDS);
      if (frame + 1 < frames) this.#bands(-1, out, (frame + 1) * VOICE_MEL_BANDS);
    }
    return out;
  }

  #window(samples: Float32Array, frame: number, gain: number, to: Float64Array): void {
    const start = frame * VOICE_MEL_HOP - HALF;
    for (let n = 0; n < FOURIER_SIZE; n++) {
      const sample = samples[start + n] ?? 0;
      // What is not finite, less itself, is not a number.
      to[n] = sample - sample === 0 ? sample * gain * HANN[n]! : 0;
    }
  }

  /** @param part 1: of the frame in the real part, the even half of the transform; -1: in the imaginary part, the odd half */
  #bands(part: 1 | -1, out: Float32Array, to: number): void {
    const { re, im } = this.#fourier.output;
    for (let k = 0; k <= HALF; k++) {
      const m = k === 0 ? 0 : FOURIER_SIZE - k;
      const a = re[k]! + part * re[m]!;
      const b = im[k]! - part * im[m]!;
      this.#power[k] = (a * a + b * b) / 4;
    }
    for (const [band, { firstBin, weights }] of FILTERS.entries()) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * this.#power[firstBin + i]!;
      out[to + band] = sum;
    }
  }
}

function riseOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) if (sample - sample === 0) sum += sample * sample;
  return Math.max(1, TARGET_RMS / Math.sqrt(sum / samples.length + LEAST_POWER));
}
