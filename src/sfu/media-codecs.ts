import * as mediasoup from 'mediasoup';
import type { types } from 'mediasoup';

/**
 * What a call may speak. VP8 comes first: every browser encodes it with simulcast and temporal layers, and its key frames
 * carry all that a decoder needs. H.264 in the two profiles that browsers must have (RFC 7742 §5, constrained baseline) or
 * commonly offer (baseline). VP9 and AV1 come last, for senders that have nothing else: they cost more, and not every browser
 * decodes AV1. Of VP9 only profile 0, of 8 bits. mediasoup knows no H.265.
 */
export const MEDIA_CODECS: types.RouterRtpCodecCapability[] = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
  h264('42e01f'),
  h264('42001f'),
  { kind: 'video', mimeType: 'video/VP9', clockRate: 90_000, parameters: { 'profile-id': 0 } },
  { kind: 'video', mimeType: 'video/AV1', clockRate: 90_000 },
];

function h264(profileLevelId: string): types.RouterRtpCodecCapability {
  return {
    kind: 'video',
    mimeType: 'video/H264',
    clockRate: 90_000,
    parameters: { 'packetization-mode': 1, 'profile-level-id': profileLevelId, 'level-asymmetry-allowed': 1 },
  };
}

/** With this extension negotiated a browser sends pictures as the sensor gives them and lets the receiver turn them. */
export const VIDEO_ORIENTATION = 'urn:3gpp:video-orientation';

/**
 * The capabilities that clients negotiate with: the router's own, without video orientation, so that the browser turns the
 * picture before it encodes it and faces arrive upright. All routers have the same.
 */
export const CLIENT_CAPABILITIES: types.RtpCapabilities = withoutOrientation(
  mediasoup.ortc.generateRouterRtpCapabilities(MEDIA_CODECS),
);

function withoutOrientation(capabilities: types.RtpCapabilities): types.RtpCapabilities {
  const headerExtensions = (capabilities.headerExtensions ?? []).filter(
    (extension) => extension.uri !== VIDEO_ORIENTATION,
  );
  return { ...capabilities, headerExtensions };
}
