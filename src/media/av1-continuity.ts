import { parseAv1Payload } from './av1-payload.js';
import type { Continuity } from './continuity.js';
import type { RtpPacket } from './rtp-packet.js';

/**
 * An AV1 payload numbers no pictures (that is in a header extension, which an SFU may not forward): of what is missing only the
 * beginning of a sequence needs nothing (N bit, RTP Payload Format for AV1 v1.0.0 §4.4).
 */
export const AV1_CONTINUITY: Continuity<Pick<RtpPacket, 'payload'>> = {
  follow: () => undefined,
  needsNone: ({ payload }) => parseAv1Payload(payload)?.beginsSequence ?? false,
  reset: () => undefined,
};
