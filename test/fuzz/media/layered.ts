import { splitTemporalUnit } from '../../../bench/support/packetize-layered.js';
import { writeLeb128 } from '../../../src/media/leb128.js';
import type { Random } from '../random.js';
import { mutateBytes, mutateHead } from './mutate.js';

/** A payload descriptor of VP9 with every option of it, fitting or not (RFC 9628 §4.2), then the data. */
export function describeVp9(payload: Uint8Array, random: Random): Buffer {
  const first = random.int(0, 255) | (random.chance(0.8) ? 0x80 : 0);
  const indices = random.chance(0.7)
    ? (random.int(0, 3) << 5) | (random.int(0, 3) << 1) | random.int(0, 1)
    : random.int(0, 255);
  const rest = [random.int(0, 255), indices, ...random.bytes(random.int(0, 6))];
  return Buffer.concat([Buffer.of(first, ...rest), payload.subarray(1)]);
}

/** Two frames under an index that mostly fits them (VP9 bitstream, Annex B). */
export function withIndex(frames: readonly Uint8Array[], random: Random): Buffer {
  const count = random.chance(0.8) ? frames.length : random.int(1, 8);
  const bytes = random.int(1, 4);
  const mark = 0xc0 | ((bytes - 1) << 3) | (count - 1);
  const index = Array.from({ length: count }, (_, i) => {
    const size = random.chance(0.9) ? (frames[i]?.length ?? 0) : random.int(0, 2 ** 16);
    return Array.from({ length: bytes }, (_byte, k) => Math.floor(size / 2 ** (8 * k)) & 0xff);
  });
  return Buffer.concat([...frames, Buffer.of(mark, ...index.flat(), random.chance(0.95) ? mark : random.int(0, 255))]);
}

/** An element of AV1 cut where nobody would, with flags and lengths that mostly fit (RTP format §4.4). */
export function cutElements(payload: Uint8Array, random: Random): Buffer[] {
  const elements = payload.subarray(1);
  const count = random.int(1, 5);
  const length = Math.max(1, Math.ceil(elements.length / count));
  return Array.from({ length: count }, (_, i) => {
    const usual = (i > 0 ? 0x80 : 0) | (i < count - 1 ? 0x40 : 0) | (i === 0 ? payload[0]! & 0x08 : 0);
    const piece = elements.subarray(i * length, (i + 1) * length);
    const prefixed = random.chance(0.5);
    const flags = (random.chance(0.85) ? usual : random.int(0, 255) & 0xc8) | (prefixed ? 0 : 0x10);
    const size = random.chance(0.9) ? piece.length : random.int(0, 2 ** 31);
    return Buffer.concat([Buffer.of(flags), prefixed ? writeLeb128(size) : Buffer.alloc(0), piece]);
  });
}

/** A sequence header with fields of anybody's choice, as an RTP payload. */
export function forgedSequence(random: Random): Buffer {
  return Buffer.concat([Buffer.of(random.pick([0x18, 0x10]), 0x08), forgedHeader(random)]);
}

/** Profile 0 mostly, without a clock or operating points mostly; sides in any number of bits. */
function forgedHeader(random: Random): Buffer {
  const head = random.pick([0x00, 0x00, 0x18, 0x20, 0x04]);
  return Buffer.concat([Buffer.of(head), random.bytes(random.int(4, 16))]);
}

/** The units of a picture with one of them doubled, gone, of another picture, layered, or forged. */
export function forgedUnits(data: Uint8Array, other: Uint8Array, random: Random): Buffer {
  const units = splitTemporalUnit(data).map(({ octets }) => octets);
  const others = splitTemporalUnit(other).map(({ octets }) => octets);
  for (let times = random.int(1, 3); times > 0; times--) {
    const at = random.int(0, units.length - 1);
    const unit = units[at] ?? Uint8Array.of(0x30);
    const kind = random.int(0, 6);
    if (kind === 0) units.splice(at, random.int(0, 1), Buffer.concat([Buffer.of(0x08), forgedHeader(random)]));
    else if (kind === 1) units.splice(at, 0, random.pick(others));
    else if (kind === 2 && units.length > 1) units.splice(at, 1);
    else if (kind === 3) units[at] = mutateHead(unit, random, 12);
    else if (kind === 4) units[at] = Buffer.concat([Buffer.of(unit[0]! | 4, random.int(0, 255)), unit.subarray(1)]);
    else units[at] = mutateBytes(unit, random, random.pick(others));
  }
  return Buffer.concat(units.filter(({ length }) => length > 0).flatMap(withSize));
}

function withSize(octets: Uint8Array): Uint8Array[] {
  const head = Math.min(octets.length, (octets[0]! & 4) !== 0 ? 2 : 1);
  const header = Buffer.from(octets.subarray(0, head));
  header[0]! |= 2;
  return [header, writeLeb128(octets.length - head), octets.subarray(head)];
}
