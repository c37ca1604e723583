import type { Continuity } from './continuity.js';
import type { RtpPacket } from './rtp-packet.js';

type VideoPacket = Pick<RtpPacket, 'payload' | 'marker'>;

/** What the payload descriptors of VP8 and VP9 say of a packet's place among the pictures. */
export interface LayeredPayload {
  /** The first packet of a picture, or of a picture's spatial layer. */
  begins: boolean;
  /** The last packet of it, where the descriptor says so. */
  ends: boolean;
  /** Of a spatial layer above the lowest: nothing of the lowest builds on it. */
  upper: boolean;
  /** It begins a key frame. */
  keyFrame: boolean;
  /** Nothing builds on this picture, or only pictures of upper temporal layers do. */
  disposable: boolean;
  /** Temporal layer (TID); 0 where none is told. */
  layer: number;
  /** PictureID, with how many there are. */
  picture: { number: number; modulus: number } | null;
  /** TL0PICIDX: counts the pictures of the base layer, 8 bits. */
  baseIndex: number | null;
}

/** TL0PICIDX has 8 bits; a hole that held 256 pictures of the base layer would look like one that held none. */
const MAX_MISSING = 255;

/**
 * What the payload descriptors of VP8 (RFC 7741 §4.2) and VP9 (RFC 9628 §4.2) say of missing pictures: a key frame needs none; a
 * picture with the number after the last one follows it; and TL0PICIDX counts those of the base layer, on which alone others of
 * it build. So holes that held pictures of upper layers only can be told: an SFU makes such holes for ever when it leaves
 * out those layers and a packet of them was lost on the way to it.
 */
export class LayeredContinuity implements Continuity<VideoPacket> {
  readonly #parse: (payload: Uint8Array) => LayeredPayload | null;
  /** Of the lowest spatial layer. */
  #last: { payload: LayeredPayload; ended: boolean } | null = null;

  constructor(parse: (payload: Uint8Array) => LayeredPayload | null) {
    this.#parse = parse;
  }

  follow({ payload, marker }: VideoPacket): void {
    if (payload.length === 0) return;
    const parsed = this.#parse(payload);
    if (parsed?.upper) return;
    this.#last = parsed && { payload: parsed, ended: marker || parsed.ends };
  }

  needsNone({ payload }: VideoPacket, missing: number): boolean {
    const next = this.#parse(payload);
    if (!next || missing > MAX_MISSING) return false;
    if (next.keyFrame && !next.upper) return true;
    // The picture before has all its packets, or nobody misses them.
    if (!this.#last || !(this.#last.ended || this.#last.payload.disposable)) return false;
    const last = this.#last.payload;
    if (next.upper) return isSame(last.picture, next.picture);
    // Where as many are missing as there are numbers, pictures may be, one packet each.
    if (next.begins && last.picture && next.picture && missing < next.picture.modulus) {
      if (follows(last.picture, next.picture)) return true;
    }
    if (!next.begins && !next.disposable) return false;
    if (last.baseIndex === null || next.baseIndex === null) return false;
    return next.baseIndex === (next.layer === 0 ? (last.baseIndex + 1) & 0xff : last.baseIndex);
  }

  reset(): void {
    this.#last = null;
  }
}

type PictureNumber = NonNullable<LayeredPayload['picture']>;

const follows = (last: PictureNumber, next: PictureNumber): boolean =>
  last.modulus === next.modulus && next.number === (last.number + 1) % next.modulus;

const isSame = (last: PictureNumber | null, next: PictureNumber | null): boolean =>
  last !== null && next !== null && last.modulus === next.modulus && last.number === next.number;
