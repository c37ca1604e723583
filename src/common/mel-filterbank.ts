export interface MelFilter {
  /** First FFT bin with a weight above 0. */
  firstBin: number;
  weights: Float64Array;
  /** From corner to corner. */
  widthHz: number;
}

export interface FilterbankOptions {
  sampleRate: number;
  fftSize: number;
  bands: number;
  /** Hz, lower corner of the first filter. */
  lowHz: number;
  /** Hz, upper corner of the last filter; at most half the sample rate. */
  highHz: number;
  /** Default: HTK's. */
  scale?: MelScale;
}

/** How frequency, Hz, and pitch, mel, belong together. */
export interface MelScale {
  toMel(hz: number): number;
  toHz(mel: number): number;
}

/** mel(f) = 2595 · log10(1 + f / 700) (O'Shaughnessy 1987; HTK Book 3.4, §5.4). */
export const hzToMel = (hz: number): number => 2595 * Math.log10(1 + hz / 700);
export const melToHz = (mel: number): number => 700 * (10 ** (mel / 2595) - 1);

/** That of Slaney's Auditory Toolbox (M. Slaney, 1998): linear below 1 kHz, 200/3 Hz a mel; above, 27 mel for a factor of 6.4. */
export const SLANEY_SCALE: MelScale = {
  toMel: (hz) => (hz < 1000 ? (3 * hz) / 200 : 15 + (27 * Math.log(hz / 1000)) / Math.log(6.4)),
  toHz: (mel) => (mel < 15 ? (200 * mel) / 3 : 1000 * Math.exp(((mel - 15) * Math.log(6.4)) / 27)),
};

/** Triangular mel filters: corners equally spaced in mel, peak height 1, not normalised by area. */
export function melFilterbank(options: FilterbankOptions): MelFilter[] {
  const { sampleRate, fftSize, bands, lowHz, highHz, scale = { toMel: hzToMel, toHz: melToHz } } = options;
  const low = scale.toMel(lowHz);
  const step = (scale.toMel(highHz) - low) / (bands + 1);
  const binHz = sampleRate / fftSize;
  return Array.from({ length: bands }, (_, band) => {
    const left = scale.toHz(low + band * step);
    const centre = scale.toHz(low + (band + 1) * step);
    const right = scale.toHz(low + (band + 2) * step);
    const firstBin = Math.floor(left / binHz) + 1;
    const lastBin = Math.ceil(right / binHz) - 1;
    const weights = Float64Array.from({ length: Math.max(0, lastBin - firstBin + 1) }, (_unused, i) => {
      const hz = (firstBin + i) * binHz;
      return hz <= centre ? (hz - left) / (centre - left) : (right - hz) / (right - centre);
    });
    return { firstBin, weights, widthHz: right - left };
  });
}
