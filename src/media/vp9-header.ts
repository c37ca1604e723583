import { BitReader } from './bit-reader.js';

/** What the uncompressed header of a VP9 frame says, as far as it matters here (VP9 bitstream §6.2). */
export interface Vp9Header {
  /** `shown-again`: nothing is decoded, a picture that the decoder has is shown. */
  kind: 'key' | 'intra' | 'inter' | 'shown-again';
  /** 0: 4:2:0 of 8 bits, the only one that is told nothing of (RFC 9628 §6.1, profile-id). */
  profile: number;
  /** Pixels; null: that of a picture it builds on, one of those in `references`. */
  size: { width: number; height: number } | null;
  /** Places of the pictures that it builds on, 0 to 7. */
  references: number[];
  /** Places that it takes, one bit each. */
  refreshes: number;
}

const PLACES = 8;
const ALL_PLACES = 2 ** PLACES - 1;
const SYNC_CODE = 0x498342;
const RGB = 7;
/** Longer than what is read of it in any profile. */
const HEADER_BYTES = 32;

/** Null when it is no frame, or cut short. */
export function readVp9Header(frame: Uint8Array): Vp9Header | null {
  const bits = new BitReader(frame.subarray(0, HEADER_BYTES));
  if (bits.read(2) !== 2) return null; // frame_marker
  const profile = bits.read(1) + 2 * bits.read(1);
  if (profile === 3) bits.skip(1);
  const header = readFrame(bits, profile);
  return bits.overrun ? null : header;
}

function readFrame(bits: BitReader, profile: number): Vp9Header | null {
  // show_existing_frame
  if (bits.read(1) === 1) {
    return { kind: 'shown-again', profile, size: null, references: [bits.read(3)], refreshes: 0 };
  }
  const key = bits.read(1) === 0;
  const shown = bits.read(1) === 1;
  const resilient = bits.read(1) === 1;
  if (key) {
    if (bits.read(24) !== SYNC_CODE) return null;
    skipColours(bits, profile);
    return { kind: 'key', profile, size: readSize(bits), references: [], refreshes: ALL_PLACES };
  }
  const intra = !shown && bits.read(1) === 1;
  if (!resilient) bits.skip(2); // reset_frame_context
  if (intra) {
    if (bits.read(24) !== SYNC_CODE) return null;
    if (profile > 0) skipColours(bits, profile);
    const refreshes = bits.read(PLACES);
    return { kind: 'intra', profile, size: readSize(bits), references: [], refreshes };
  }
  const refreshes = bits.read(PLACES);
  const references = Array.from({ length: 3 }, () => bits.read(4) >> 1); // each with its sign bias
  // found_ref: the size is that of the first reference of which it is said (§6.2, frame_size_with_refs).
  for (const reference of references) {
    if (bits.read(1) === 1) return { kind: 'inter', profile, size: null, references: [reference], refreshes };
  }
  return { kind: 'inter', profile, size: readSize(bits), references, refreshes };
}

/** §6.2, color_config. */
function skipColours(bits: BitReader, profile: number): void {
  if (profile >= 2) bits.skip(1);
  const rgb = bits.read(3) === RGB;
  if (!rgb) bits.skip(1); // color_range
  if (profile === 1 || profile === 3) bits.skip(rgb ? 1 : 3);
}

const readSize = (bits: BitReader): { width: number; height: number } => ({
  width: bits.read(16) + 1,
  height: bits.read(16) + 1,
});

/**
 * The frames of which a picture consists: more than one where an index at its end says so (VP9 bitstream, Annex B). Null when the
 * index fits nothing.
 */
export function vp9Frames(data: Uint8Array): Uint8Array[] | null {
  const last = data[data.length - 1] ?? 0;
  if ((last & 0xe0) !== 0xc0) return [data];
  const count = (last & 7) + 1;
  const sizeBytes = ((last >> 3) & 3) + 1;
  const start = data.length - 2 - count * sizeBytes;
  // The same octet stands at both ends of an index.
  if (start < 0 || data[start] !== last) return [data];
  const frames: Uint8Array[] = [];
  for (let i = 0, offset = 0; i < count; i++) {
    let size = 0;
    for (let k = 0; k < sizeBytes; k++) size += (data[start + 1 + i * sizeBytes + k] as number) * 2 ** (8 * k);
    if (size === 0 || offset + size > start) return null;
    frames.push(data.subarray(offset, offset + size));
    offset += size;
  }
  return frames;
}
