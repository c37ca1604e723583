import type { Random } from '../random.js';

/** Writes fields of H.264 as bits: u(n) and ue(v) (H.264 §7.2, §9.1). */
class BitWriter {
  #bits = '';

  u(value: number, count: number): this {
    this.#bits += value.toString(2).padStart(count, '0').slice(-count);
    return this;
  }

  ue(value: number): this {
    const code = (value + 1).toString(2);
    this.#bits += '0'.repeat(code.length - 1) + code;
    return this;
  }

  se(value: number): this {
    return this.ue(value > 0 ? 2 * value - 1 : -2 * value);
  }

  /** With the stop bit, escaped (§7.3.2.11, §7.4.1). */
  unit(header: number): Buffer {
    const bits = `${this.#bits}1`;
    const bytes = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0').match(/.{8}/g) ?? [];
    const out = [header];
    for (const text of bytes) {
      const byte = parseInt(text, 2);
      if (byte <= 3 && out.at(-1) === 0 && out.at(-2) === 0) out.push(3);
      out.push(byte);
    }
    return Buffer.from(out);
  }
}

const PROFILES = [66, 77, 88, 100, 110, 122, 244, 44, 83, 86, 118, 128];
const SIDES = [0, 1, 2, 7, 9, 10, 14, 19, 22, 39, 44, 79, 119, 255, 1023, 1054, 65_535, 2 ** 31];

/** A parameter set with fields of anybody's choice: sizes, crops, depths, lists and references that fit nothing. */
export function forgedParameters(random: Random): Buffer {
  const bits = new BitWriter();
  const profile = random.pick(PROFILES);
  const odd = (usual: number, max: number): number => (random.chance(0.8) ? usual : random.int(0, max));
  bits
    .u(profile, 8)
    .u(random.int(0, 255), 8)
    .u(random.pick([10, 30, 31, 40, 51, 62]), 8)
    .ue(odd(0, 40));
  if (profile >= 100 || profile === 44 || profile === 83 || profile === 86) {
    const chroma = random.int(0, 4);
    bits.ue(chroma);
    if (chroma === 3) bits.u(random.int(0, 1), 1);
    bits.ue(odd(0, 8)).ue(odd(0, 8)).u(0, 1);
    const lists = random.chance(0.3) ? 1 : 0;
    bits.u(lists, 1);
    for (let list = 0; lists && list < (chroma === 3 ? 12 : 8); list++) {
      const present = random.int(0, 1);
      bits.u(present, 1);
      for (let i = 0; present && i < (list < 6 ? 16 : 64); i++) bits.se(random.int(-2, 2));
    }
  }
  bits.ue(odd(0, 20));
  const order = odd(2, 4);
  bits.ue(order);
  if (order === 0) bits.ue(odd(0, 20));
  if (order === 1)
    bits
      .u(0, 1)
      .se(0)
      .se(0)
      .ue(random.pick([0, 1, 3, 255]))
      .se(1)
      .se(1)
      .se(1);
  bits.ue(odd(1, 40)).u(random.int(0, 1), 1);
  bits.ue(random.pick(SIDES)).ue(random.pick(SIDES));
  const framesOnly = random.chance(0.8) ? 1 : 0;
  bits.u(framesOnly, 1);
  if (!framesOnly) bits.u(random.int(0, 1), 1);
  bits.u(1, 1);
  const crop = random.chance(0.5) ? 1 : 0;
  bits.u(crop, 1);
  for (let side = 0; crop && side < 4; side++) bits.ue(random.pick([0, 1, 2, 4, 8, 100, 2 ** 20]));
  bits.u(0, 1);
  return bits.unit(0x67);
}
