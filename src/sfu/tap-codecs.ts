import type { types } from 'mediasoup';
import type { TapCodec } from './types.js';

const CODECS: Record<string, TapCodec> = {
  'video/vp8': 'VP8',
  'video/vp9': 'VP9',
  'video/h264': 'H264',
  'video/av1': 'AV1',
  'audio/opus': 'opus',
};
/** Of these the other profiles have more bits or full planes of colour: what no call sends, and decoders keep many times the memory for. */
const PROFILE: Record<string, string> = { 'video/vp9': 'profile-id', 'video/av1': 'profile' };

/** What the decoders call the codec; undefined: analysis cannot decode it, or not in this profile. */
export function tapCodec({
  mimeType,
  parameters = {},
}: Pick<types.RtpCodecParameters, 'mimeType' | 'parameters'>): TapCodec | undefined {
  const name = mimeType.toLowerCase();
  const profile = PROFILE[name];
  return profile === undefined || Number(parameters[profile] ?? 0) === 0 ? CODECS[name] : undefined;
}

/**
 * The capabilities of a tap on a router, ours or somebody else's: of its codecs those that analysis decodes. No
 * RTX (nobody would ask for a retransmission inside the machine) and no header extensions (the tap reads timestamps only).
 */
export function tapCapabilities({ codecs = [] }: types.RtpCapabilities): types.RtpCapabilities {
  return {
    codecs: codecs
      .filter((codec) => tapCodec(codec))
      .map((codec) => ({ ...codec, rtcpFeedback: [{ type: 'nack', parameter: 'pli' }] })),
    headerExtensions: [],
  };
}
