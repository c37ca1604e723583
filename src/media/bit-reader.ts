/** Bits from the most significant on. Past the end it reads zeros and says so. */
export class BitReader {
  readonly #data: Uint8Array;
  #at = 0;
  overrun = false;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  read(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 2 + this.#bit();
    return value;
  }

  skip(count: number): void {
    this.#at += count;
  }

  /** ue(v), §9.1: at most 2³² − 2. */
  exponential(): number {
    let zeros = 0;
    while (this.#bit() === 0) {
      if (++zeros > 31 || this.overrun) {
        this.overrun = true;
        return 0;
      }
    }
    return 2 ** zeros - 1 + this.read(zeros);
  }

  /** se(v), §9.1.1. */
  signedExponential(): number {
    const code = this.exponential();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }

  #bit(): number {
    const byte = this.#data[this.#at >> 3];
    if (byte === undefined) {
      this.overrun = true;
      return 0;
    }
    return (byte >> (7 - (this.#at++ & 7))) & 1;
  }
}
