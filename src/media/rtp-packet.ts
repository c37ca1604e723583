/** The parts of an RTP packet that the analyser uses. */
export interface RtpPacket {
  payloadType: number;
  marker: boolean;
  /** 16 bit. */
  sequenceNumber: number;
  /** 32 bit, unsigned. */
  timestamp: number;
  ssrc: number;
  /** A view into the packet, without padding; empty for padding-only packets (bandwidth probes). */
  payload: Uint8Array;
}

const FIXED_HEADER = 12;

/**
 * Strict parser of the RTP header (RFC 3550 §5.1, extension §5.3.1). Null for anything malformed, so that a bad packet
 * is a value to count and never an exception.
 */
export function parseRtp(data: Uint8Array): RtpPacket | null {
  if (data.length < FIXED_HEADER) return null;
  const first = data[0] as number;
  if (first >> 6 !== 2) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let offset = FIXED_HEADER + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (offset + 4 > data.length) return null;
    offset += 4 + view.getUint16(offset + 2) * 4;
  }
  if (offset > data.length) return null;
  let end = data.length;
  if ((first & 0x20) !== 0) {
    // The last octet counts the padding, itself included: zero is illegal.
    const padding = data[end - 1] as number;
    if (padding === 0 || padding > end - offset) return null;
    end -= padding;
  }
  const second = data[1] as number;
  return {
    payloadType: second & 0x7f,
    marker: second >> 7 === 1,
    sequenceNumber: view.getUint16(2),
    timestamp: view.getUint32(4),
    ssrc: view.getUint32(8),
    payload: data.subarray(offset, end),
  };
}
