import { readLeb128 } from './leb128.js';

/** What is in an RTP payload of AV1 (RTP Payload Format for AV1 v1.0.0, §4.4). */
export interface Av1Payload {
  /** Z: the first element goes on from the packet before. */
  continues: boolean;
  /** Y: the last element goes on in the next packet. */
  goesOn: boolean;
  /** N: a coded video sequence begins with this packet. */
  beginsSequence: boolean;
  /** Open bitstream units, or pieces of them; at least one. */
  elements: Uint8Array[];
}

/** Units of one packet: many times what encoders make. */
const MAX_ELEMENTS = 256;

/** Null when it is malformed. */
export function parseAv1Payload(payload: Uint8Array): Av1Payload | null {
  const head = payload[0];
  if (head === undefined) return null;
  const continues = (head & 0x80) !== 0;
  const beginsSequence = (head & 0x08) !== 0;
  // "If N is 1, Z MUST be 0": the sequence would begin in the middle of a unit.
  if (continues && beginsSequence) return null;
  const count = (head >> 4) & 3;
  const elements: Uint8Array[] = [];
  for (let offset = 1; offset < payload.length;) {
    if (elements.length === (count || MAX_ELEMENTS)) return null;
    // W: the last of so many elements has no length; where W is 0 all have one.
    const size =
      elements.length + 1 === count ? { value: payload.length - offset, end: offset } : readLeb128(payload, offset);
    if (!size || size.value === 0 || size.end + size.value > payload.length) return null;
    offset = size.end + size.value;
    elements.push(payload.subarray(size.end, offset));
  }
  if (elements.length === 0 || (count !== 0 && elements.length !== count)) return null;
  return { continues, goesOn: (head & 0x40) !== 0, beginsSequence, elements };
}
