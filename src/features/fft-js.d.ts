/** The part of fft.js that is used; the package ships no types. */
declare module 'fft.js' {
  export default class FFT {
    constructor(size: number);
    /** Real input of length `size`; writes `size` interleaved complex values of which the first half + 1 are valid. */
    realTransform(output: Float64Array, input: Float64Array): void;
  }
}
