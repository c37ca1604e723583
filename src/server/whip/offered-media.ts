import type { types } from 'mediasoup';
import { hasFlag, type SdpMedia, valuesOf } from './sdp.js';

/** A codec of an m= section: a payload type with its rtpmap, fmtp and rtcp-fb lines. */
export interface OfferedCodec {
  payloadType: number;
  /** As it is written: `VP8`. */
  name: string;
  clockRate: number;
  channels: number | undefined;
  parameters: Record<string, string | number>;
  feedback: types.RtcpFeedback[];
}

/** An m= section that offers to send. */
export interface OfferedMedia {
  kind: 'audio' | 'video';
  mid: string;
  proto: string;
  codecs: OfferedCodec[];
  extensions: { id: number; uri: string }[];
  /** SSRC of the stream, where it is told. */
  ssrc: number | undefined;
  /** SSRC of its retransmissions (RFC 4588, RFC 5576 §4.2). */
  rtxSsrc: number | undefined;
  cname: string | undefined;
  reducedSize: boolean;
}

const INT32_MAX = 0x7fff_ffff;

/** What an m= section says of its streams; what cannot be read is passed over, for it is not chosen then. */
export function readMedia(section: SdpMedia, kind: OfferedMedia['kind'], mid: string): OfferedMedia {
  return {
    kind,
    mid,
    proto: section.proto,
    codecs: readCodecs(section),
    extensions: valuesOf(section, 'extmap').flatMap(readExtension),
    ...readSsrcs(section),
    reducedSize: hasFlag(section, 'rtcp-rsize'),
  };
}

/** In the order of preference, which is that of the m= line (RFC 3264 §5.1). */
function readCodecs(section: SdpMedia): OfferedCodec[] {
  const maps = new Map(valuesOf(section, 'rtpmap').map(cutAtSpace));
  const formats = new Map(valuesOf(section, 'fmtp').map(cutAtSpace));
  const feedbacks = valuesOf(section, 'rtcp-fb').map(cutAtSpace);
  return [...new Set(section.formats)].flatMap((format) => {
    const payloadType = Number(format);
    const map = /^([\w.+-]+)\/(\d{1,9})(?:\/(\d{1,3}))?$/.exec(maps.get(format) ?? '');
    if (!map || !/^\d{1,3}$/.test(format) || payloadType > 127) return [];
    return {
      payloadType,
      name: map[1]!,
      clockRate: Number(map[2]),
      channels: map[3] === undefined ? undefined : Number(map[3]),
      parameters: readParameters(formats.get(format) ?? ''),
      feedback: feedbacks.filter(([of]) => of === format || of === '*').map(([, value]) => readFeedback(value)),
    };
  });
}

/** `key=value;key=value` (RFC 8866 §6.15). Whole numbers become numbers, as mediasoup compares them, but in a profile, which is hex. */
function readParameters(text: string): Record<string, string | number> {
  const parameters: Record<string, string | number> = {};
  for (const part of text.split(';')) {
    const [key = '', value = ''] = cutAt(part.trim(), '=');
    if (!/^[A-Za-z][\w.-]*$/.test(key)) continue;
    const number = /^\d{1,10}$/.test(value) && key !== 'profile-level-id' ? Number(value) : NaN;
    parameters[key] = number <= INT32_MAX ? number : value;
  }
  return parameters;
}

function readFeedback(text: string): types.RtcpFeedback {
  const [type, parameter] = cutAtSpace(text);
  return { type, parameter };
}

/** `id[/direction] uri` (RFC 8285 §5); an id that can be sent. */
function readExtension(value: string): { id: number; uri: string }[] {
  const match = /^(\d{1,3})(?:\/[a-z]+)? (\S+)/.exec(value);
  const id = Number(match?.[1]);
  return match && id >= 1 && id <= 255 ? [{ id, uri: match[2]! }] : [];
}

/** The first stream of the section (RFC 5576): a sender that simulcasts by SSRC is taken at its first. */
function readSsrcs(section: SdpMedia): Pick<OfferedMedia, 'ssrc' | 'rtxSsrc' | 'cname'> {
  const lines = valuesOf(section, 'ssrc').map(cutAtSpace);
  const ssrcs = [...new Set(lines.map(([ssrc]) => readSsrc(ssrc)))].filter((ssrc) => ssrc !== undefined);
  const groups = valuesOf(section, 'ssrc-group')
    .filter((value) => value.startsWith('FID '))
    .map((value) => value.split(' ').slice(1).map(readSsrc));
  const repairs = new Set(groups.map(([, rtx]) => rtx));
  const ssrc = ssrcs.find((known) => !repairs.has(known));
  const rtxSsrc = groups.find(([of, rtx]) => of === ssrc && rtx !== undefined && rtx !== of)?.[1];
  const cname = lines.find(([of, value]) => readSsrc(of) === ssrc && value.startsWith('cname:'))?.[1].slice(6);
  return { ssrc, rtxSsrc: ssrc === undefined ? undefined : rtxSsrc, cname };
}

function readSsrc(text: string): number | undefined {
  const ssrc = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  return ssrc >= 1 && ssrc <= 0xffff_ffff ? ssrc : undefined;
}

const cutAtSpace = (text: string): [string, string] => cutAt(text, ' ');

function cutAt(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)];
}
