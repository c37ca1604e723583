import type { VideoCodec } from '../../src/sfu/types.js';
import { packetizeAv1, packetizeVp9 } from './packetize-layered.js';
import { packetizeH264, packetizeVp8 } from './packetize.js';

/** One encoded picture → RTP payloads, in the plainest form of each codec. */
export const PACKETIZE: Record<VideoCodec, (picture: Uint8Array) => Uint8Array[]> = {
  VP8: (picture) => packetizeVp8(picture),
  VP9: (picture) => packetizeVp9(picture),
  H264: packetizeH264,
  AV1: (picture) => packetizeAv1(picture),
};
