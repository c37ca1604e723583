/** An SDP offer as a browser writes one, in pieces that a test may change. */
export interface OfferParts {
  session: string[];
  audio: string[] | null;
  video: string[] | null;
}

export const ICE = { ufrag: 'EsAw', pwd: 'P2uYro0UCOQ4zxjKXaWCBui1' };
const FINGERPRINT = `sha-256 ${Array(32).fill('DA').join(':')}`;

const transport = [
  'c=IN IP4 0.0.0.0',
  'a=rtcp:9 IN IP4 0.0.0.0',
  `a=ice-ufrag:${ICE.ufrag}`,
  `a=ice-pwd:${ICE.pwd}`,
  'a=ice-options:trickle',
  `a=fingerprint:${FINGERPRINT}`,
  'a=setup:actpass',
];

/** What `change` leaves of a browser's offer of a microphone and a camera. */
export function offer(change: (parts: OfferParts) => void = () => undefined): string {
  const parts: OfferParts = {
    session: [
      'v=0',
      'o=- 5228595038118931041 2 IN IP4 127.0.0.1',
      's=-',
      't=0 0',
      'a=group:BUNDLE 0 1',
      'a=extmap-allow-mixed',
      'a=msid-semantic: WMS',
    ],
    audio: [
      'm=audio 9 UDP/TLS/RTP/SAVPF 63 111 0',
      ...transport,
      'a=mid:0',
      'a=extmap:14 urn:ietf:params:rtp-hdrext:ssrc-audio-level',
      'a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid',
      'a=sendonly',
      'a=msid:stream audio',
      'a=rtcp-mux',
      'a=rtcp-rsize',
      'a=rtpmap:63 red/48000/2',
      'a=fmtp:63 111/111',
      'a=rtpmap:111 opus/48000/2',
      'a=rtcp-fb:111 transport-cc',
      'a=fmtp:111 minptime=10;useinbandfec=1',
      'a=rtpmap:0 PCMU/8000',
      'a=ssrc:1111 cname:browser',
      'a=ssrc:1111 msid:stream audio',
    ],
    video: [
      'm=video 9 UDP/TLS/RTP/SAVPF 96 97 103 104',
      ...transport,
      'a=mid:1',
      'a=extmap:13 urn:3gpp:video-orientation',
      'a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid',
      'a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
      'a=sendonly',
      'a=msid:stream video',
      'a=rtcp-mux',
      'a=rtcp-rsize',
      'a=rtpmap:96 VP8/90000',
      'a=rtcp-fb:96 goog-remb',
      'a=rtcp-fb:96 ccm fir',
      'a=rtcp-fb:96 nack',
      'a=rtcp-fb:96 nack pli',
      'a=rtpmap:97 rtx/90000',
      'a=fmtp:97 apt=96',
      'a=rtpmap:103 H264/90000',
      'a=rtcp-fb:103 nack pli',
      'a=fmtp:103 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f',
      'a=rtpmap:104 rtx/90000',
      'a=fmtp:104 apt=103',
      'a=ssrc-group:FID 2222 3333',
      'a=ssrc:2222 cname:browser',
      'a=ssrc:3333 cname:browser',
    ],
  };
  change(parts);
  return [...parts.session, ...(parts.audio ?? []), ...(parts.video ?? [])].map((line) => `${line}\r\n`).join('');
}

/** Lines of a section, with those that match put in another's place (null: left out). */
export const swap = (lines: string[] | null, match: RegExp, by: string | null): string[] | null =>
  lines && lines.flatMap((line) => (match.test(line) ? (by ?? []) : line));
