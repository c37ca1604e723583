import type { types } from 'mediasoup';
import type { TapCodec } from './types.js';

const CODECS: Record<string, TapCodec> = { 'video/vp8': 'VP8', 'video/h264': 'H264', 'audio/opus': 'opus' };

/** What the decoders call the codec; undefined: analysis cannot decode it. */
export const tapCodec = (mimeType: string): TapCodec | undefined => CODECS[mimeType.toLowerCase()];

/**
 * The capabilities of a tap on a router, ours or somebody else's: of its codecs those that analysis decodes, in whatever profile. No
 * RTX (nobody would ask for a retransmission inside the machine) and no header extensions (the tap reads timestamps only).
 */
export function tapCapabilities({ codecs = [] }: types.RtpCapabilities): types.RtpCapabilities {
  return {
    codecs: codecs
      .filter(({ mimeType }) => tapCodec(mimeType))
      .map((codec) => ({ ...codec, rtcpFeedback: [{ type: 'nack', parameter: 'pli' }] })),
    headerExtensions: [],
  };
}
