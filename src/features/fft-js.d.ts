/** The part of fft.js that is used; the package ships no types. */
declare module 'fft.js' {
  export default class FFT {
    constructor(size: number);
    /** `size` complex values, interleaved, from one array to another. */
    transform(output: Float64Array, input: Float64Array): void;
  }
}
