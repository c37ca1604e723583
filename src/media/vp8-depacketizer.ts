import { concat, type Depacketizer, type Picture, type PictureFault } from './depacketizer.js';
import type { LayeredPayload } from './layered-continuity.js';

export interface Vp8Payload extends LayeredPayload {
  /** It builds on the base layer alone (Y bit): the layer can be taken from here on. */
  layerSync: boolean;
  data: Uint8Array;
}

/** The VP8 payload descriptor (RFC 7741 §4.2). Null when it is cut short or carries no data. */
export function parseVp8Payload(payload: Uint8Array): Vp8Payload | null {
  const first = payload[0];
  if (first === undefined) return null;
  const extension = (first & 0x80) !== 0 ? (payload[1] ?? 0) : 0;
  let offset = (first & 0x80) !== 0 ? 2 : 1;
  let picture: Vp8Payload['picture'] = null;
  let baseIndex: number | null = null;
  let layers = 0;
  if ((extension & 0x80) !== 0) {
    const high = payload[offset++] ?? 0;
    // M: a picture number of 15 bits.
    if ((high & 0x80) === 0) picture = { number: high, modulus: 0x80 };
    else picture = { number: ((high & 0x7f) << 8) | (payload[offset++] ?? 0), modulus: 0x8000 };
  }
  if ((extension & 0x40) !== 0) baseIndex = payload[offset++] ?? 0;
  if ((extension & 0x30) !== 0) layers = payload[offset++] ?? 0; // TID, Y and KEYIDX share an octet
  const tag = payload[offset];
  if (tag === undefined) return null;
  const layered = (extension & 0x20) !== 0;
  const layer = layered ? layers >> 6 : 0;
  const begins = (first & 0x17) === 0x10;
  return {
    // The first packet of a picture: of its partition 0 (S bit, PID). Where it ends only the marker says.
    begins,
    ends: false,
    upper: false,
    // RFC 6386 §9.1: the lowest bit of the frame tag is 0.
    keyFrame: begins && (tag & 1) === 0,
    // N bit, or its layer.
    disposable: (first & 0x20) !== 0 || layer > 0,
    layer,
    layerSync: layered && (layers & 0x20) !== 0,
    picture,
    baseIndex: layered ? baseIndex : null,
    data: payload.subarray(offset),
  };
}

/** Width and height of a VP8 key frame (RFC 6386 §9.1); null when its header is not one. */
export function vp8KeyFrameSize(data: Uint8Array): { width: number; height: number } | null {
  if (data.length < 10 || data[3] !== 0x9d || data[4] !== 0x01 || data[5] !== 0x2a) return null;
  const width = ((data[6] as number) | ((data[7] as number) << 8)) & 0x3fff;
  const height = ((data[8] as number) | ((data[9] as number) << 8)) & 0x3fff;
  return width > 0 && height > 0 ? { width, height } : null;
}

/** Partitions may be cut across packets anywhere: what matters is where the first begins (RFC 7741 §4.4). */
export class Vp8Depacketizer implements Depacketizer {
  #parts: Uint8Array[] = [];
  /** The descriptor of the first packet that came. */
  #first: Vp8Payload | null = null;

  get hasPicture(): boolean {
    return this.#parts.length > 0;
  }

  get provenStart(): boolean {
    return this.hasPicture;
  }

  /** Only the marker says it. */
  readonly complete = false;

  get disposable(): boolean {
    return this.#first?.disposable ?? false;
  }

  begins(payload: Uint8Array): boolean {
    return parseVp8Payload(payload)?.begins ?? false;
  }

  add(payload: Uint8Array): boolean {
    const parsed = parseVp8Payload(payload);
    if (!parsed) return false;
    this.#first ??= parsed;
    if (parsed.begins !== (this.#parts.length === 0)) return false;
    this.#parts.push(parsed.data);
    return true;
  }

  finish(): Picture | PictureFault {
    const first = this.#first;
    const data = concat(this.#parts);
    this.reset();
    if (!first || data.length === 0 || (first.keyFrame && !vp8KeyFrameSize(data))) return 'malformed';
    const { keyFrame, layer, layerSync } = first;
    return { data, keyFrame, layer, layerSync };
  }

  reset(): void {
    this.#parts = [];
    this.#first = null;
  }
}
