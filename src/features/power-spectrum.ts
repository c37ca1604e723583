import FFT from 'fft.js';

/**
 * |X|² of a real signal of `size` samples, bins 0 to size / 2. The transform is one of half the size on pairs of samples as
 * complex numbers (W. H. Press et al., Numerical Recipes, 3rd ed., §12.3.2): a third cheaper than fft.js's own for real input.
 */
export class PowerSpectrum {
  /** Where the signal is put before `compute`. */
  readonly signal: Float64Array;
  readonly power: Float64Array;
  readonly #half: number;
  readonly #fft: FFT;
  readonly #spectrum: Float64Array;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;

  /** @param size a power of two, at least 4 */
  constructor(size: number) {
    this.#half = size / 2;
    this.signal = new Float64Array(size);
    this.power = new Float64Array(this.#half + 1);
    this.#fft = new FFT(this.#half);
    this.#spectrum = new Float64Array(size);
    const turns = Array.from({ length: size / 4 + 1 }, (_, k) => (2 * Math.PI * k) / size);
    this.#cos = Float64Array.from(turns, Math.cos);
    this.#sin = Float64Array.from(turns, Math.sin);
  }

  compute(): void {
    const spectrum = this.#spectrum;
    const power = this.power;
    const half = this.#half;
    const cos = this.#cos;
    const sin = this.#sin;
    this.#fft.transform(spectrum, this.signal);
    const first = spectrum[0]! + spectrum[1]!;
    const last = spectrum[0]! - spectrum[1]!;
    power[0] = first * first;
    power[half] = last * last;
    // Bins k and half − k come of the same two values: their even part, and their odd part turned by −i · e^(−2πik/size).
    for (let k = 1, m = half - 1; k <= m; k++, m--) {
      const evenRe = (spectrum[2 * k]! + spectrum[2 * m]!) / 2;
      const evenIm = (spectrum[2 * k + 1]! - spectrum[2 * m + 1]!) / 2;
      const re = (spectrum[2 * k]! - spectrum[2 * m]!) / 2;
      const im = (spectrum[2 * k + 1]! + spectrum[2 * m + 1]!) / 2;
      const oddRe = im * cos[k]! - re * sin[k]!;
      const oddIm = -re * cos[k]! - im * sin[k]!;
      power[k] = (evenRe + oddRe) ** 2 + (evenIm + oddIm) ** 2;
      power[m] = (evenRe - oddRe) ** 2 + (evenIm - oddIm) ** 2;
    }
  }
}
