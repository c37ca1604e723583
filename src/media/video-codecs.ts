import type { VideoCodec } from '../sfu/types.js';
import { AV1_CONTINUITY } from './av1-continuity.js';
import { Av1Depacketizer } from './av1-depacketizer.js';
import { Av1Sizes } from './av1-sizes.js';
import type { Continuity } from './continuity.js';
import type { Depacketizer } from './depacketizer.js';
import { H264Continuity } from './h264-continuity.js';
import { H264Depacketizer } from './h264-depacketizer.js';
import { H264Sizes } from './h264-sizes.js';
import { LayeredContinuity } from './layered-continuity.js';
import type { PictureSizes } from './picture-cost.js';
import type { RtpPacket } from './rtp-packet.js';
import { parseVp8Payload, Vp8Depacketizer } from './vp8-depacketizer.js';
import { Vp8Sizes } from './vp8-sizes.js';
import { Vp9Depacketizer } from './vp9-depacketizer.js';
import { parseVp9Payload } from './vp9-payload.js';
import { Vp9Sizes } from './vp9-sizes.js';

/** What is known of a codec before its decoder. */
interface CodecParts {
  depacketizer: () => Depacketizer;
  continuity: () => Continuity<RtpPacket>;
  sizes: () => PictureSizes;
}

export const VIDEO_CODECS: Record<VideoCodec, CodecParts> = {
  VP8: {
    depacketizer: () => new Vp8Depacketizer(),
    continuity: () => new LayeredContinuity(parseVp8Payload),
    sizes: () => new Vp8Sizes(),
  },
  VP9: {
    depacketizer: () => new Vp9Depacketizer(),
    continuity: () => new LayeredContinuity(parseVp9Payload),
    sizes: () => new Vp9Sizes(),
  },
  H264: {
    depacketizer: () => new H264Depacketizer(),
    continuity: () => new H264Continuity(),
    sizes: () => new H264Sizes(),
  },
  AV1: {
    depacketizer: () => new Av1Depacketizer(),
    continuity: () => AV1_CONTINUITY,
    sizes: () => new Av1Sizes(),
  },
};

export const isVideoCodec = (codec: string): codec is VideoCodec => Object.hasOwn(VIDEO_CODECS, codec);
