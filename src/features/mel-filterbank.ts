/**
 * Triangular mel filters on the HTK scale, mel(f) = 2595 · log10(1 + f / 700) (O'Shaughnessy 1987; HTK Book 3.4, §5.4):
 * corners equally spaced in mel, peak height 1, not normalised by area.
 */
export interface MelFilter {
  /** First FFT bin with a weight above 0. */
  firstBin: number;
  weights: Float64Array;
}

export interface FilterbankOptions {
  sampleRate: number;
  fftSize: number;
  bands: number;
  /** Hz, lower corner of the first filter. */
  lowHz: number;
  /** Hz, upper corner of the last filter; at most half the sample rate. */
  highHz: number;
}

export const hzToMel = (hz: number): number => 2595 * Math.log10(1 + hz / 700);
export const melToHz = (mel: number): number => 700 * (10 ** (mel / 2595) - 1);

export function melFilterbank(options: FilterbankOptions): MelFilter[] {
  const { sampleRate, fftSize, bands, lowHz, highHz } = options;
  const low = hzToMel(lowHz);
  const step = (hzToMel(highHz) - low) / (bands + 1);
  const binHz = sampleRate / fftSize;
  return Array.from({ length: bands }, (_, band) => {
    const left = melToHz(low + band * step);
    const centre = melToHz(low + (band + 1) * step);
    const right = melToHz(low + (band + 2) * step);
    const firstBin = Math.floor(left / binHz) + 1;
    const lastBin = Math.ceil(right / binHz) - 1;
    const weights = Float64Array.from({ length: Math.max(0, lastBin - firstBin + 1) }, (_unused, i) => {
      const hz = (firstBin + i) * binHz;
      return hz <= centre ? (hz - left) / (centre - left) : (right - hz) / (right - centre);
    });
    return { firstBin, weights };
  });
}
