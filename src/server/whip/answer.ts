import type { types } from 'mediasoup';
import type { IceCredentials } from './offer.js';
import type { NegotiatedMedia } from './negotiate.js';

/** Our side of the transport, as mediasoup tells it. */
export interface LocalTransport {
  iceParameters: Pick<types.IceParameters, 'usernameFragment' | 'password'>;
  iceCandidates: readonly types.IceCandidate[];
  fingerprints: readonly types.DtlsFingerprint[];
  /** Which role we take in DTLS. */
  role: 'active' | 'passive';
}

export interface AnswerOptions {
  media: readonly NegotiatedMedia[];
  transport: LocalTransport;
  allowMixed: boolean;
  /** Names this description (RFC 8866 §5.2): digits. */
  sessionId: string;
}

/** An answer takes all of the offer (RFC 9725 §4.4.3), receives only, over one bundled transport. */
export function writeAnswer({ media, transport, allowMixed, sessionId }: AnswerOptions): string {
  return lines(
    'v=0',
    `o=- ${sessionId} 1 IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    `a=group:BUNDLE ${media.map(({ mid }) => mid).join(' ')}`,
    ...(allowMixed ? ['a=extmap-allow-mixed'] : []),
    'a=ice-lite',
    ...media.flatMap((section, index) => writeSection(section, transport, index === 0)),
  );
}

/** What an ICE restart is answered with (RFC 9725 §4.3.3, RFC 8840 §9). */
export function writeRestart(mid: string, transport: Pick<LocalTransport, 'iceParameters' | 'iceCandidates'>): string {
  return lines(
    'a=ice-lite',
    ...writeCredentials(transport.iceParameters),
    'm=audio 9 RTP/AVP 0',
    `a=mid:${mid}`,
    ...transport.iceCandidates.map(writeCandidate),
    'a=end-of-candidates',
  );
}

/**
 * Candidates in the order in which the client should like them: some clients try the first alone. The address at which the client asked
 * is one that it can reach.
 */
export function preferAddress(candidates: readonly types.IceCandidate[], address: string): types.IceCandidate[] {
  const rank = (candidate: types.IceCandidate) => (candidate.address === address ? 0 : 1);
  return [...candidates].sort((a, b) => rank(a) - rank(b));
}

function writeSection(section: NegotiatedMedia, transport: LocalTransport, tagged: boolean): string[] {
  const { kind, mid, proto, rtpParameters } = section;
  const { codecs, headerExtensions = [], rtcp } = rtpParameters;
  return [
    // No port and no address of ours: ICE says them (RFC 8829 §5.3.1).
    `m=${kind} 9 ${proto} ${codecs.map(({ payloadType }) => payloadType).join(' ')}`,
    'c=IN IP4 0.0.0.0',
    `a=mid:${mid}`,
    ...writeCredentials(transport.iceParameters),
    ...transport.fingerprints.map(({ algorithm, value }) => `a=fingerprint:${algorithm} ${value}`),
    `a=setup:${transport.role}`,
    'a=recvonly',
    'a=rtcp-mux',
    'a=rtcp-mux-only',
    ...(rtcp?.reducedSize ? ['a=rtcp-rsize'] : []),
    ...headerExtensions.map(({ id, uri }) => `a=extmap:${id} ${uri}`),
    ...codecs.flatMap(writeCodec),
    // Those of the transport are in the section that the bundle is named for (RFC 9143 §7.3.3).
    ...(tagged ? [...transport.iceCandidates.map(writeCandidate), 'a=end-of-candidates'] : []),
  ];
}

function writeCodec(codec: types.RtpCodecParameters): string[] {
  const { payloadType, mimeType, clockRate, channels, parameters = {}, rtcpFeedback = [] } = codec;
  const name = mimeType.slice(mimeType.indexOf('/') + 1);
  const format = Object.entries(parameters).map(([key, value]) => `${key}=${String(value)}`);
  return [
    `a=rtpmap:${payloadType} ${name}/${clockRate}${channels === undefined ? '' : `/${channels}`}`,
    ...(format.length > 0 ? [`a=fmtp:${payloadType} ${format.join(';')}`] : []),
    ...rtcpFeedback.map(({ type, parameter }) => `a=rtcp-fb:${payloadType} ${type}${parameter ? ` ${parameter}` : ''}`),
  ];
}

const writeCredentials = ({ usernameFragment, password }: IceCredentials): string[] => [
  `a=ice-ufrag:${usernameFragment}`,
  `a=ice-pwd:${password}`,
];

/** RFC 8839 §5.1, RFC 6544 §4.5. */
function writeCandidate({ foundation, protocol, priority, address, port, type, tcpType }: types.IceCandidate): string {
  const tcp = tcpType ? ` tcptype ${tcpType}` : '';
  return `a=candidate:${foundation} 1 ${protocol} ${priority} ${address} ${port} typ ${type}${tcp}`;
}

const lines = (...all: string[]): string => all.map((line) => `${line}\r\n`).join('');
