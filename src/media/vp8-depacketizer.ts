import { concat, type Depacketizer, type Picture } from './depacketizer.js';

export interface Vp8Payload {
  /** First packet of a partition (S bit), and which partition. */
  start: boolean;
  partition: number;
  data: Uint8Array;
}

/** The VP8 payload descriptor (RFC 7741 §4.2). Null when it is cut short or carries no data. */
export function parseVp8Payload(payload: Uint8Array): Vp8Payload | null {
  const first = payload[0];
  if (first === undefined) return null;
  let offset = 1;
  if ((first & 0x80) !== 0) {
    const extension = payload[offset++];
    if (extension === undefined) return null;
    if ((extension & 0x80) !== 0) {
      const picture = payload[offset];
      if (picture === undefined) return null;
      offset += (picture & 0x80) !== 0 ? 2 : 1; // M: a 15-bit picture number
    }
    if ((extension & 0x40) !== 0) offset++; // TL0PICIDX
    if ((extension & 0x30) !== 0) offset++; // TID, Y, KEYIDX share an octet
  }
  if (offset >= payload.length) return null;
  return { start: (first & 0x10) !== 0, partition: first & 0x07, data: payload.subarray(offset) };
}

/** Width and height of a VP8 key frame (RFC 6386 §9.1); null when its header is not one. */
export function vp8KeyFrameSize(data: Uint8Array): { width: number; height: number } | null {
  if (data.length < 10 || data[3] !== 0x9d || data[4] !== 0x01 || data[5] !== 0x2a) return null;
  const width = ((data[6] as number) | ((data[7] as number) << 8)) & 0x3fff;
  const height = ((data[8] as number) | ((data[9] as number) << 8)) & 0x3fff;
  return width > 0 && height > 0 ? { width, height } : null;
}

export class Vp8Depacketizer implements Depacketizer {
  #parts: Uint8Array[] = [];
  #length = 0;

  add(payload: Uint8Array): boolean {
    const parsed = parseVp8Payload(payload);
    if (!parsed) return false;
    // Only the very first packet of a picture starts partition 0.
    const starts = parsed.start && parsed.partition === 0;
    if (starts !== (this.#parts.length === 0)) return false;
    this.#parts.push(parsed.data);
    this.#length += parsed.data.length;
    return true;
  }

  finish(): Picture | null {
    if (this.#parts.length === 0) return null;
    const data = concat(this.#parts, this.#length);
    this.reset();
    // RFC 6386 §9.1: the lowest bit of the frame tag is 0 for a key frame.
    const keyFrame = ((data[0] as number) & 1) === 0;
    if (keyFrame && !vp8KeyFrameSize(data)) return null;
    return { data, keyFrame, provenStart: true };
  }

  reset(): void {
    this.#parts = [];
    this.#length = 0;
  }
}
