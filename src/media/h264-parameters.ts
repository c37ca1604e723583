import { BitReader } from './bit-reader.js';

/** A NAL unit of an Annex B stream, without its start code (H.264 Annex B). */
export type NalUnit = Uint8Array;

export const IDR_SLICE = 5;
export const SEQUENCE_PARAMETERS = 7;
export const PICTURE_PARAMETERS = 8;
export const ACCESS_UNIT_DELIMITER = 9;
const SLICE = 1;
/** High profiles say more before they come to the size (H.264 §7.3.2.1.1). */
const HIGH_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
const MACROBLOCK = 16;
/** More than any level allows (§A.3): 139 264 macroblocks, √(8 × 139 264) on a side. */
const MAX_MACROBLOCKS_ON_A_SIDE = 1055;
/** Pictures kept, in macroblocks: those of level 4.2 (§A.3.1, MaxDpbMbs), or four of any size. */
const MAX_KEPT_MACROBLOCKS = 34_816;
const KEPT_OF_ANY_SIZE = 4;
/** With all scaling lists a parameter set is shorter than this. */
export const MAX_PARAMETER_BYTES = 2048;
/** The numbers at the beginning of a slice that are read here take less than this, however long they are written. */
const SLICE_HEADER_BYTES = 32;

/** What a sequence parameter set says, as far as it matters here (§7.3.2.1.1). */
export interface SequenceParameters {
  id: number;
  /** The coded size, in whole macroblocks. */
  width: number;
  height: number;
  /** Bits of frame_num. */
  frameNumberBits: number;
  /** Slices tell their colour plane before it. */
  separatePlanes: boolean;
  /** 4:2:0 of 8 bits, as all profiles that are negotiated for calls have it (RFC 7742 §6.2). */
  ordinary: boolean;
  /** Pictures that the decoder keeps to build on. */
  references: number;
}

/**
 * Such as a sender of calls has. A decoder would take any, and keep sixteen pictures of 14 bits in three full planes each: some
 * hundred megabytes of a person, for a few hundred octets.
 */
export function isOfCalls({ width, height, ordinary, references }: SequenceParameters): boolean {
  const most = MAX_KEPT_MACROBLOCKS / ((width * height) / MACROBLOCK ** 2);
  return ordinary && references <= Math.max(KEPT_OF_ANY_SIZE, most);
}

/** What a decoder would find in a picture: units begin wherever three octets say so, also within what was sent as one. */
export function nalUnits(data: Uint8Array): NalUnit[] {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const code = Buffer.of(0, 0, 1);
  const units: NalUnit[] = [];
  for (let start = bytes.indexOf(code); start >= 0;) {
    const next = bytes.indexOf(code, start + 3);
    const unit = data.subarray(start + 3, next < 0 ? data.length : next);
    if (unit.length > 0) units.push(unit);
    start = next;
  }
  return units;
}

export const unitType = (unit: NalUnit): number => (unit[0] as number) & 0x1f;

export const isIdr = (unit: NalUnit): boolean => unitType(unit) === IDR_SLICE;

/** A slice of a coded picture; partitioned slices (types 2 to 4) are of a profile that no call speaks. */
export const isSlice = (unit: NalUnit): boolean => unitType(unit) === SLICE || isIdr(unit);

/** Other pictures build on the picture of this slice (nal_ref_idc, §7.4.1). */
export const isReference = (unit: NalUnit): boolean => ((unit[0] as number) & 0x60) !== 0;

/** Whether a slice is the first of a picture: first_mb_in_slice is 0, one set bit (§7.3.3). */
export const beginsPicture = (unit: NalUnit): boolean => isSlice(unit) && ((unit[1] ?? 0) & 0x80) !== 0;

/** Where in the picture a slice begins, in macroblocks (§7.3.3); 0, as if it were all of it, when that is cut short. */
export const firstMacroblock = (slice: NalUnit): number => readSliceHead(slice).first;

/** Which picture parameters a slice is of (§7.3.3); null when it is cut short. */
export function pictureParametersOf(slice: NalUnit): number | null {
  return readSliceHead(slice).pictureId;
}

/** frame_num of a slice (§7.4.3); null when it is cut short. */
export function frameNumber(slice: NalUnit, parameters: SequenceParameters): number | null {
  const { bits } = readSliceHead(slice);
  if (parameters.separatePlanes) bits.skip(2);
  const value = bits.read(parameters.frameNumberBits);
  return bits.overrun ? null : value;
}

function readSliceHead(slice: NalUnit): { first: number; pictureId: number | null; bits: BitReader } {
  const bits = new BitReader(unescaped(slice.subarray(1, SLICE_HEADER_BYTES)));
  const first = bits.exponential(); // first_mb_in_slice
  bits.exponential(); // slice_type
  const pictureId = bits.exponential();
  return { first, pictureId: bits.overrun ? null : pictureId, bits };
}

/** The ids of a picture parameter set (§7.3.2.2); null when it is malformed. */
export function parsePictureParameters(unit: NalUnit): { id: number; sequenceId: number } | null {
  const bits = new BitReader(unescaped(unit.subarray(1, SLICE_HEADER_BYTES)));
  const id = bits.exponential();
  const sequenceId = bits.exponential();
  return bits.overrun || id > 255 || sequenceId > 31 ? null : { id, sequenceId };
}

/** A sequence parameter set (§7.3.2.1.1); null when it is malformed or absurd. */
export function parseSequenceParameters(unit: NalUnit): SequenceParameters | null {
  const bits = new BitReader(unescaped(unit.subarray(1)));
  const profile = bits.read(8);
  bits.skip(16); // constraints and level
  const id = bits.exponential();
  let separatePlanes = false;
  let ordinary = true;
  if (HIGH_PROFILES.has(profile)) {
    const chromaFormat = bits.exponential();
    if (chromaFormat > 3) return null;
    if (chromaFormat === 3) separatePlanes = bits.read(1) === 1;
    const depths = [bits.exponential(), bits.exponential()]; // of luma and chroma, beyond 8
    ordinary = chromaFormat === 1 && depths.every((depth) => depth === 0);
    bits.skip(1); // qpprime_y_zero_transform_bypass_flag
    if (bits.read(1) === 1) skipScalingLists(bits, chromaFormat === 3 ? 12 : 8);
  }
  const frameNumberBits = bits.exponential() + 4;
  const orderType = bits.exponential();
  if (orderType === 0) bits.exponential();
  else if (orderType === 1) skipOrderCycle(bits);
  else if (orderType > 2) return null;
  const references = bits.exponential(); // max_num_ref_frames
  bits.skip(1); // gaps_in_frame_num_value_allowed_flag
  const columns = bits.exponential() + 1;
  const mapUnits = bits.exponential() + 1;
  const rows = mapUnits * (2 - bits.read(1)); // frame_mbs_only_flag
  if (bits.overrun || id > 31 || frameNumberBits > 16) return null;
  if (columns > MAX_MACROBLOCKS_ON_A_SIDE || rows > MAX_MACROBLOCKS_ON_A_SIDE) return null;
  const size = { width: columns * MACROBLOCK, height: rows * MACROBLOCK };
  return { id, ...size, frameNumberBits, separatePlanes, ordinary, references };
}

/** §7.3.2.1.1.1. */
function skipScalingLists(bits: BitReader, lists: number): void {
  for (let list = 0; list < lists; list++) {
    if (bits.read(1) === 0) continue;
    const size = list < 6 ? 16 : 64;
    let last = 8;
    let next = 8;
    for (let i = 0; i < size && !bits.overrun; i++) {
      if (next !== 0) next = (last + bits.signedExponential() + 256) & 0xff;
      if (next !== 0) last = next;
    }
  }
}

function skipOrderCycle(bits: BitReader): void {
  bits.skip(1); // delta_pic_order_always_zero_flag
  bits.exponential();
  bits.exponential();
  const count = bits.exponential();
  for (let i = 0; i < count && !bits.overrun; i++) bits.exponential();
}

/** Takes out the octets that keep start codes from appearing (§7.4.1). */
function unescaped(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.min(data.length, MAX_PARAMETER_BYTES));
  let length = 0;
  let zeros = 0;
  for (const byte of data) {
    if (length === out.length) break;
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    out[length++] = byte;
  }
  return out.subarray(0, length);
}
