import { readLeb128, writeLeb128 } from './leb128.js';

/** Kinds of open bitstream units (AV1 §6.2.2). */
export const SEQUENCE_HEADER = 1;
export const TEMPORAL_DELIMITER = 2;
export const FRAME_HEADER = 3;
export const TILE_GROUP = 4;
export const FRAME = 6;
/**
 * What a decoder is given. Others are to be ignored (tile lists, padding), or are not needed. So is a frame header that stands there once
 * more: alone it would be taken for the first.
 */
export const DECODED_TYPES = new Set([SEQUENCE_HEADER, FRAME_HEADER, TILE_GROUP, FRAME]);

export interface ObuHeader {
  type: number;
  temporalId: number;
  spatialId: number;
  /** Layers are told. */
  extended: boolean;
  /** The size follows the header. */
  sized: boolean;
  /** Octets of the header itself: 1 or 2. */
  length: number;
}

/** An open bitstream unit. */
export interface Obu extends ObuHeader {
  /** After header and size. */
  data: Uint8Array;
}

/** §5.3.2, §5.3.3. Null when it is cut short or not one. */
export function readObuHeader(octets: Uint8Array): ObuHeader | null {
  const [first, second] = octets;
  if (first === undefined || (first & 0x80) !== 0) return null; // obu_forbidden_bit
  const extended = (first & 0x04) !== 0;
  if (extended && second === undefined) return null;
  return {
    type: (first >> 3) & 15,
    temporalId: extended ? (second as number) >> 5 : 0,
    spatialId: extended ? ((second as number) >> 3) & 3 : 0,
    extended,
    sized: (first & 0x02) !== 0,
    length: extended ? 2 : 1,
  };
}

/** One unit, that is all of the octets: an element of an RTP payload. Null when it is none. */
export function readObu(octets: Uint8Array): Obu | null {
  const header = readObuHeader(octets);
  if (!header?.sized) return header && { ...header, data: octets.subarray(header.length) };
  const size = readLeb128(octets, header.length);
  if (!size || size.end + size.value > octets.length) return null;
  return { ...header, data: octets.subarray(size.end, size.end + size.value) };
}

/** The units of a low-overhead bitstream (§5.2), each with its size. Null when they fit nothing. */
export function readObus(data: Uint8Array): Obu[] | null {
  const units: Obu[] = [];
  for (let offset = 0; offset < data.length;) {
    const header = readObuHeader(data.subarray(offset));
    const size = header?.sized ? readLeb128(data, offset + header.length) : null;
    if (!header || !size || size.end + size.value > data.length) return null;
    offset = size.end + size.value;
    units.push({ ...header, data: data.subarray(size.end, offset) });
  }
  return units;
}

/** The same unit with its size, in parts, as a low-overhead bitstream has it (§5.2). */
export function writeObu({ type, temporalId, spatialId, extended, data }: Omit<Obu, 'sized' | 'length'>): Uint8Array[] {
  const first = (type << 3) | 0x02 | (extended ? 0x04 : 0);
  const header = extended ? Uint8Array.of(first, (temporalId << 5) | (spatialId << 3)) : Uint8Array.of(first);
  return [header, writeLeb128(data.length), data];
}
