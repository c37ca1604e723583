import type { Continuity } from './continuity.js';
import type { RtpPacket } from './rtp-packet.js';
import { parseVp8Payload, type Vp8Payload } from './vp8-depacketizer.js';

type VideoPacket = Pick<RtpPacket, 'payload' | 'marker'>;

/** TL0PICIDX has 8 bits; a hole that held 256 pictures of the base layer would look like one that held none. */
const MAX_MISSING = 255;

/**
 * What a VP8 payload descriptor says of missing pictures (RFC 7741 §4.2): a key frame needs none; a picture with the number
 * after the last one follows it; and TL0PICIDX counts those of the base layer, on which alone others of it build. So holes
 * that held pictures of upper layers only can be told: an SFU makes such holes for ever when it leaves out those layers and a
 * packet of them was lost on the way to it.
 */
export class Vp8Continuity implements Continuity<VideoPacket> {
  #last: { payload: Vp8Payload; ended: boolean } | null = null;

  follow({ payload, marker }: VideoPacket): void {
    if (payload.length === 0) return;
    const parsed = parseVp8Payload(payload);
    this.#last = parsed && { payload: parsed, ended: marker };
  }

  needsNone({ payload }: VideoPacket, missing: number): boolean {
    const next = parseVp8Payload(payload);
    if (!next || missing > MAX_MISSING) return false;
    if (next.keyFrame) return true;
    // The picture before has all its packets, or nobody misses them.
    if (!this.#last || !(this.#last.ended || this.#last.payload.disposable)) return false;
    const last = this.#last.payload;
    if (next.begins && last.picture && next.picture && follows(last.picture, next.picture)) return true;
    if (!next.begins && !next.disposable) return false;
    if (last.baseIndex === null || next.baseIndex === null) return false;
    return next.baseIndex === (next.layer === 0 ? (last.baseIndex + 1) & 0xff : last.baseIndex);
  }

  reset(): void {
    this.#last = null;
  }
}

type PictureNumber = NonNullable<Vp8Payload['picture']>;

const follows = (last: PictureNumber, next: PictureNumber): boolean =>
  last.modulus === next.modulus && next.number === (last.number + 1) % next.modulus;
