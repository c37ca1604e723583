import type { LayeredPayload } from './layered-continuity.js';
import { readVp9Header } from './vp9-header.js';

/** What the payload descriptor says (RFC 9628 §4.2), and the data after it. */
export interface Vp9Payload extends LayeredPayload {
  /** Spatial layer (SID); 0 where none is told. */
  spatialLayer: number;
  /** It builds on no picture before it, and on no lower layer of its own: where it begins, a layer can be taken. */
  independent: boolean;
  /** Pictures of upper temporal layers that come later need none of those layers that came before it (U bit). */
  switchUp: boolean;
  data: Uint8Array;
}

/** References of a picture in flexible mode (P_DIFF): three at most, each octet says whether another follows. */
const MAX_REFERENCES = 3;

/** The VP9 payload descriptor (RFC 9628 §4.2). Null when it is cut short, breaks a rule of it, or carries no data. */
export function parseVp9Payload(payload: Uint8Array): Vp9Payload | null {
  const first = payload[0];
  if (first === undefined) return null;
  const has = (bit: number): boolean => (first & bit) !== 0;
  const [predicted, layered, flexible, begins, ends] = [has(0x40), has(0x20), has(0x10), has(0x08), has(0x04)];
  let offset = 1;
  let picture: Vp9Payload['picture'] = null;
  if (has(0x80)) {
    const high = payload[offset++] ?? 0;
    // M: a picture number of 15 bits.
    if ((high & 0x80) === 0) picture = { number: high, modulus: 0x80 };
    else picture = { number: ((high & 0x7f) << 8) | (payload[offset++] ?? 0), modulus: 0x8000 };
  } else if (flexible) {
    return null; // "The picture ID must be present in flexible mode"
  }
  let indices = 0;
  let baseIndex: number | null = null;
  if (layered) {
    indices = payload[offset++] ?? 0;
    if (!flexible) baseIndex = payload[offset++] ?? 0; // TL0PICIDX
  }
  if (flexible && predicted) {
    for (let count = 0, more = true; more; count++) {
      if (count === MAX_REFERENCES) return null;
      more = ((payload[offset++] ?? 0) & 1) !== 0;
    }
  }
  if (has(0x02)) offset = afterStructure(payload, offset);
  if (offset >= payload.length) return null;
  const data = payload.subarray(offset);
  const layer = indices >> 5;
  const spatialLayer = (indices >> 1) & 7;
  const independent = begins && !predicted && (indices & 1) === 0;
  return {
    begins,
    ends,
    upper: spatialLayer > 0,
    keyFrame: independent && readVp9Header(data)?.kind === 'key',
    disposable: layer > 0,
    layer,
    picture,
    baseIndex,
    spatialLayer,
    independent,
    switchUp: (indices & 0x10) !== 0,
    data,
  };
}

/** Past the scalability structure (§4.2.1), of which nothing is needed: sizes are read from the pictures. */
function afterStructure(payload: Uint8Array, start: number): number {
  const head = payload[start] ?? 0;
  let offset = start + 1;
  if ((head & 0x10) !== 0) offset += ((head >> 5) + 1) * 4; // Y: the size of each spatial layer
  if ((head & 0x08) !== 0) {
    const pictures = payload[offset++] ?? 0; // G: a group of pictures, each with its references
    for (let i = 0; i < pictures; i++) offset += 1 + (((payload[offset] ?? 0) >> 2) & 3);
  }
  return offset;
}
