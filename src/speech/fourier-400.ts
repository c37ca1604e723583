/** 4 · 4 · 5 · 5: a frame of 25 ms at 16 kHz. */
export const FOURIER_SIZE = 400;
const RADICES = [4, 4, 5, 5] as const;

const TURNS = Array.from({ length: FOURIER_SIZE }, (_, k) => (-2 * Math.PI * k) / FOURIER_SIZE);
const COS = Float64Array.from(TURNS, Math.cos);
const SIN = Float64Array.from(TURNS, Math.sin);

/** Of the fifth part of a turn, and of two. */
const C1 = Math.cos((2 * Math.PI) / 5);
const C2 = Math.cos((4 * Math.PI) / 5);
const S1 = Math.sin((2 * Math.PI) / 5);
const S2 = Math.sin((4 * Math.PI) / 5);

/** Complex numbers, real and imaginary parts apart. */
export interface Complex {
  re: Float64Array;
  im: Float64Array;
}
const complex = (): Complex => ({ re: new Float64Array(FOURIER_SIZE), im: new Float64Array(FOURIER_SIZE) });

/**
 * The discrete Fourier transform of 400 complex numbers, by the fast one of mixed radix without reordering (Stockham's; C. Van
 * Loan, Computational Frameworks for the Fast Fourier Transform, 1992, §1.7). fft.js knows powers of two only.
 */
export class Fourier400 {
  /** Where the numbers are put before `compute`, which spoils them. */
  readonly input = complex();
  /** Where they are after it. */
  readonly output: Complex;
  readonly #other = complex();

  constructor() {
    // An even number of stages: from one to the other and back.
    this.output = this.input;
  }

  compute(): void {
    let from = this.input;
    let to = this.#other;
    let size = FOURIER_SIZE;
    let stride = 1;
    for (const radix of RADICES) {
      if (radix === 4) fours(from, to, size, stride);
      else fives(from, to, size, stride);
      [from, to] = [to, from];
      size /= radix;
      stride *= radix;
    }
  }
}

/** A stage of butterflies of four. */
function fours(from: Complex, to: Complex, size: number, stride: number): void {
  const { re, im } = from;
  const { re: outRe, im: outIm } = to;
  const quarter = (size / 4) * stride;
  for (let p = 0; p < size / 4; p++) {
    const w1 = p * stride;
    for (let q = 0; q < stride; q++) {
      const i = q + stride * p;
      const aRe = re[i]! + re[i + 2 * quarter]!;
      const aIm = im[i]! + im[i + 2 * quarter]!;
      const bRe = re[i]! - re[i + 2 * quarter]!;
      const bIm = im[i]! - im[i + 2 * quarter]!;
      const cRe = re[i + quarter]! + re[i + 3 * quarter]!;
      const cIm = im[i + quarter]! + im[i + 3 * quarter]!;
      const dRe = re[i + quarter]! - re[i + 3 * quarter]!;
      const dIm = im[i + quarter]! - im[i + 3 * quarter]!;
      const o = q + stride * 4 * p;
      outRe[o] = aRe + cRe;
      outIm[o] = aIm + cIm;
      turned(outRe, outIm, o + stride, bRe + dIm, bIm - dRe, w1);
      turned(outRe, outIm, o + 2 * stride, aRe - cRe, aIm - cIm, 2 * w1);
      turned(outRe, outIm, o + 3 * stride, bRe - dIm, bIm + dRe, 3 * w1);
    }
  }
}

/** A stage of butterflies of five. */
function fives(from: Complex, to: Complex, size: number, stride: number): void {
  const { re, im } = from;
  const { re: outRe, im: outIm } = to;
  const fifth = (size / 5) * stride;
  for (let p = 0; p < size / 5; p++) {
    const w1 = p * stride;
    for (let q = 0; q < stride; q++) {
      const i = q + stride * p;
      const xRe = re[i]!;
      const xIm = im[i]!;
      const aRe = re[i + fifth]! + re[i + 4 * fifth]!;
      const aIm = im[i + fifth]! + im[i + 4 * fifth]!;
      const bRe = re[i + 2 * fifth]! + re[i + 3 * fifth]!;
      const bIm = im[i + 2 * fifth]! + im[i + 3 * fifth]!;
      const cRe = re[i + fifth]! - re[i + 4 * fifth]!;
      const cIm = im[i + fifth]! - im[i + 4 * fifth]!;
      const dRe = re[i + 2 * fifth]! - re[i + 3 * fifth]!;
      const dIm = im[i + 2 * fifth]! - im[i + 3 * fifth]!;
      const eRe = xRe + C1 * aRe + C2 * bRe;
      const eIm = xIm + C1 * aIm + C2 * bIm;
      const fRe = xRe + C2 * aRe + C1 * bRe;
      const fIm = xIm + C2 * aIm + C1 * bIm;
      const gRe = S1 * cRe + S2 * dRe;
      const gIm = S1 * cIm + S2 * dIm;
      const hRe = S2 * cRe - S1 * dRe;
      const hIm = S2 * cIm - S1 * dIm;
      const o = q + stride * 5 * p;
      outRe[o] = xRe + aRe + bRe;
      outIm[o] = xIm + aIm + bIm;
      turned(outRe, outIm, o + stride, eRe + gIm, eIm - gRe, w1);
      turned(outRe, outIm, o + 2 * stride, fRe + hIm, fIm - hRe, 2 * w1);
      turned(outRe, outIm, o + 3 * stride, fRe - hIm, fIm + hRe, 3 * w1);
      turned(outRe, outIm, o + 4 * stride, eRe - gIm, eIm + gRe, 4 * w1);
    }
  }
}

/** Puts a number there that is turned by so many four-hundredths. */
function turned(outRe: Float64Array, outIm: Float64Array, at: number, re: number, im: number, by: number): void {
  const cos = COS[by]!;
  const sin = SIN[by]!;
  outRe[at] = re * cos - im * sin;
  outIm[at] = re * sin + im * cos;
}
