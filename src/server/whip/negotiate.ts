import * as mediasoup from 'mediasoup';
import type { types } from 'mediasoup';
import type { Source } from '../../common/consent.js';
import { EmostreamError } from '../../common/errors.js';
import { CLIENT_CAPABILITIES, tapCodec } from '../../sfu/index.js';
import type { OfferedCodec, OfferedMedia } from './offered-media.js';

/** An m= section as it is agreed: what the producer is made of, and what the answer says of it. */
export interface NegotiatedMedia {
  kind: 'audio' | 'video';
  source: Source;
  mid: string;
  proto: string;
  /** One codec, and its retransmissions where they are had on both sides. */
  rtpParameters: types.RtpParameters;
}

const SOURCES = { audio: 'microphone', video: 'camera' } as const satisfies Record<OfferedMedia['kind'], Source>;
const MID = 'urn:ietf:params:rtp-hdrext:sdes:mid';
/** Of streams with a RID; simulcast is not taken (RFC 8853 §5.3.2), so that the first encoding comes, under no name. */
const RID = /:sdes:(repaired-)?rtp-stream-id$/;

/** Costly to decode, and not every browser of the room may be able to. */
const LAST = new Set(['video/vp9', 'video/av1']);

/**
 * Takes the first codec of the offer that the server has, those that every browser decodes before the others: one alone, so that the
 * sender cannot change it in mid-stream.
 * @throws EmostreamError UNSUPPORTED_MEDIA
 */
export function negotiate(offered: OfferedMedia): NegotiatedMedia {
  const { kind, mid, proto } = offered;
  const known = offered.codecs.map((candidate) => toCodec(kind, candidate)).filter(isKnown);
  const codec = known.find(({ mimeType }) => !LAST.has(mimeType.toLowerCase())) ?? known[0];
  if (!codec) {
    const names = [...new Set(offered.codecs.map(({ name }) => name))].slice(0, 8).join(', ') || 'none';
    throw new EmostreamError(
      'UNSUPPORTED_MEDIA',
      `SDP offer: no codec of m=${kind} is to be had here (offered: ${names}; had: ${hadOf(kind).join(', ')})`,
    );
  }
  const extensions = offered.extensions.filter(({ uri }) => !RID.test(uri) && isExtensionOf(kind, uri));
  if (offered.ssrc === undefined && !extensions.some(({ uri }) => uri === MID)) {
    // The stream would be told from others by nothing (RFC 9143 §9.2).
    throw new EmostreamError('UNSUPPORTED_MEDIA', `SDP offer: m=${kind} needs a=ssrc, or the header extension ${MID}`);
  }
  const rtx = codec.mimeType.startsWith('video/') ? rtxOf(offered, codec.payloadType) : undefined;
  const encoding: types.RtpEncodingParameters = {};
  if (offered.ssrc !== undefined) encoding.ssrc = offered.ssrc;
  if (rtx && offered.rtxSsrc !== undefined) encoding.rtx = { ssrc: offered.rtxSsrc };
  return {
    kind,
    source: SOURCES[kind],
    mid,
    proto,
    rtpParameters: {
      mid,
      codecs: rtx ? [codec, rtx] : [codec],
      headerExtensions: extensions.map(({ id, uri }) => ({ id, uri: uri as types.RtpHeaderExtensionUri })),
      encodings: [encoding],
      rtcp: { reducedSize: offered.reducedSize, ...(isText(offered.cname) ? { cname: offered.cname } : {}) },
    },
  };
}

/** With the feedback that both sides have (RFC 4585 §4.2). */
function toCodec(kind: OfferedMedia['kind'], offered: OfferedCodec): types.RtpCodecParameters {
  const { payloadType, name, clockRate, channels, parameters } = offered;
  const mimeType = `${kind}/${name}` as types.RtpCodecParameters['mimeType'];
  const had = hadFeedback(mimeType);
  const rtcpFeedback = offered.feedback.filter(({ type, parameter = '' }) => had.has(`${type} ${parameter}`.trim()));
  return {
    mimeType,
    payloadType,
    clockRate,
    ...(channels === undefined ? {} : { channels }),
    parameters,
    rtcpFeedback,
  };
}

/** mediasoup says whether it has a codec, profile and all; it writes the profile and level of the answer (RFC 6184 §8.2.2). */
function isKnown(codec: types.RtpCodecParameters): boolean {
  // Repairs (RTX, FEC) are none of these, nor are profiles that cannot be analysed.
  if (!tapCodec(codec)) return false;
  try {
    mediasoup.ortc.getProducerRtpParametersMapping({ codecs: [codec], encodings: [] }, CLIENT_CAPABILITIES);
    return true;
  } catch {
    return false;
  }
}

function rtxOf({ kind, codecs }: OfferedMedia, payloadType: number): types.RtpCodecParameters | undefined {
  const rtx = codecs.find(({ name, parameters }) => name.toLowerCase() === 'rtx' && parameters.apt === payloadType);
  return rtx && { ...toCodec(kind, rtx), parameters: { apt: payloadType } };
}

function hadFeedback(mimeType: string): Set<string> {
  const codecs = CLIENT_CAPABILITIES.codecs ?? [];
  const codec = codecs.find((known) => known.mimeType.toLowerCase() === mimeType.toLowerCase());
  return new Set((codec?.rtcpFeedback ?? []).map(({ type, parameter = '' }) => `${type} ${parameter}`.trim()));
}

function isExtensionOf(kind: OfferedMedia['kind'], uri: string): boolean {
  return (CLIENT_CAPABILITIES.headerExtensions ?? []).some((known) => known.kind === kind && known.uri === uri);
}

function hadOf(kind: OfferedMedia['kind']): string[] {
  const names = (CLIENT_CAPABILITIES.codecs ?? [])
    .filter((codec) => codec.kind === kind && !codec.mimeType.endsWith('/rtx'))
    .map(({ mimeType }) => mimeType.slice(kind.length + 1));
  return [...new Set(names)];
}

const isText = (text: string | undefined): text is string => text !== undefined && /^[\x20-\x7e]{1,255}$/.test(text);
