import { dtlsParametersSchema, type DtlsParameters } from '../../common/rtp-schema.js';
import { EmostreamError } from '../../common/errors.js';
import { type OfferedMedia, readMedia } from './offered-media.js';
import { hasFlag, parseSdp, type Sdp, type SdpMedia, valueOf, valuesOf } from './sdp.js';

/** Credentials of one side's ICE (RFC 8839 §5.4). */
export interface IceCredentials {
  usernameFragment: string;
  password: string;
}

/** What a WHIP client offers (RFC 9725 §4.2): one transport, and at most one stream of each kind over it. */
export interface Offer {
  media: OfferedMedia[];
  ice: IceCredentials;
  dtls: DtlsParameters;
  /** One-byte and two-byte header extensions may be mixed (RFC 8285 §6). */
  allowMixed: boolean;
}

/** `UDP/TLS/RTP/SAVPF` is what everybody writes; the others mean the same (RFC 8829 §5.1.2). */
const PROTOS = /^(UDP|TCP)\/TLS\/RTP\/SAVPF?$/;
/** RFC 8839 §5.4. */
const ICE_CHARACTERS = /^[A-Za-z0-9+/]*$/;
/** Of the DTLS role that the offerer says it takes, ours is the other; who leaves it open becomes the client (RFC 8842 §5.3). */
const DTLS_ROLES: Record<string, 'client' | 'server'> = { actpass: 'client', active: 'client', passive: 'server' };

/**
 * Reads an offer whole: nothing of it is accepted in part (RFC 9725 §4.4.3).
 * @throws EmostreamError BAD_MESSAGE (malformed) or UNSUPPORTED_MEDIA (understood, and not to be had here)
 */
export function readOffer(text: string): Offer {
  const sdp = parseSdp(text);
  const [first] = sdp.media;
  if (!first) bad('an offer has an m= line');
  if (hasFlag(sdp, 'ice-lite'))
    refuse('the server is ICE-lite, so the client must be full ICE (RFC 9725, section 4.3)');
  const mids = readMids(sdp);
  const media = sdp.media.map((section, index) => readSection(section, mids[index]!));
  for (const kind of ['audio', 'video'] as const) {
    if (media.filter((offered) => offered.kind === kind).length > 1) refuse(`more than one m=${kind} line`);
  }
  return {
    media,
    // With BUNDLE the transport is that of the first section (RFC 9143 §7.2.1).
    ice: readIce(first, sdp),
    dtls: readDtls(first, sdp),
    allowMixed: [sdp, ...sdp.media].some((section) => hasFlag(section, 'extmap-allow-mixed')),
  };
}

/** @throws EmostreamError BAD_MESSAGE */
export function readIce(...sections: Pick<SdpMedia, 'attributes'>[]): IceCredentials {
  const usernameFragment = firstOf('ice-ufrag', sections) ?? '';
  const password = firstOf('ice-pwd', sections) ?? '';
  if (!isIceText(usernameFragment, 4) || !isIceText(password, 22)) {
    bad('ice-ufrag has 4 to 256 and ice-pwd 22 to 256 letters, digits, + or / (RFC 8839, section 5.4)');
  }
  return { usernameFragment, password };
}

function readDtls(...sections: Pick<SdpMedia, 'attributes'>[]): DtlsParameters {
  const role = DTLS_ROLES[firstOf('setup', sections) ?? ''];
  if (!role) bad('a=setup is actpass, active or passive (RFC 8842, section 5)');
  const values = sections.map((section) => valuesOf(section, 'fingerprint')).find((found) => found.length > 0) ?? [];
  const fingerprints = values.map((value) => {
    const [algorithm = '', digest = ''] = value.split(' ');
    return { algorithm: algorithm.toLowerCase(), value: digest.toUpperCase() };
  });
  const parsed = dtlsParametersSchema.safeParse({ role, fingerprints });
  if (!parsed.success) bad('a=fingerprint is missing or wrong (RFC 8122, section 5)');
  return parsed.data;
}

/** Everything is bundled (RFC 9725 §4.4.1); a single section needs no group to be. */
function readMids({ attributes, media }: Sdp): string[] {
  const mids = media.map((section) => valueOf(section, 'mid'));
  if (media.length === 1) return [mids[0] ?? '0'];
  const groups = valuesOf({ attributes }, 'group').map((value) => value.split(' '));
  const bundle = new Set(groups.find(([semantics]) => semantics === 'BUNDLE')?.slice(1));
  if (mids.some((mid) => mid === undefined || !bundle.has(mid))) refuse('all m= lines must be of one BUNDLE group');
  if (new Set(mids).size < mids.length) bad('a=mid is given twice');
  return mids as string[];
}

function readSection(section: SdpMedia, mid: string): OfferedMedia {
  const { kind, port, proto } = section;
  if (kind !== 'audio' && kind !== 'video') refuse(`m=${kind}: audio and video are all that is taken`);
  if (!PROTOS.test(proto)) refuse(`m=${kind}: the transport must be UDP/TLS/RTP/SAVPF`);
  if (!/^[\w.!#$%&'*+^`|~-]{1,32}$/.test(mid)) bad('a=mid is a token of 1 to 32 characters');
  if (port === 0 && !hasFlag(section, 'bundle-only')) refuse(`m=${kind}: a section that is switched off`);
  const direction = ['recvonly', 'inactive', 'sendrecv', 'sendonly'].find((name) => hasFlag(section, name));
  if (direction === 'recvonly' || direction === 'inactive') {
    refuse(`m=${kind}: nothing is sent over a section that is ${direction} (RFC 9725, section 4.2)`);
  }
  if (!hasFlag(section, 'rtcp-mux')) refuse(`m=${kind}: a=rtcp-mux is missing (RFC 9725, section 4.4.1)`);
  return readMedia(section, kind, mid);
}

function firstOf(name: string, sections: Pick<SdpMedia, 'attributes'>[]): string | undefined {
  return sections.map((section) => valueOf(section, name)).find((value) => value !== undefined);
}

const isIceText = (text: string, least: number) =>
  text.length >= least && text.length <= 256 && ICE_CHARACTERS.test(text);

function bad(what: string): never {
  throw new EmostreamError('BAD_MESSAGE', `SDP offer: ${what}`);
}

function refuse(what: string): never {
  throw new EmostreamError('UNSUPPORTED_MEDIA', `SDP offer: ${what}`);
}
