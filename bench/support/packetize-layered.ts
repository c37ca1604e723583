import { MAX_PAYLOAD } from './packetize.js';

/** What an encoder with layers says of a picture's layer (RFC 9628 §4.2). */
export interface Vp9Layering {
  /** PictureID, 15 bits. */
  picture: number;
  /** It builds on pictures before it (P). */
  predicted: boolean;
  /** TL0PICIDX, 8 bits; null: flexible mode, with one reference `back` pictures ago. */
  baseIndex: number | null;
  layer: number;
  spatialLayer?: number;
  /** It builds on the lower spatial layer of the same picture (D). */
  interLayer?: boolean;
  switchUp?: boolean;
  /** Scalability structure of as many spatial layers as there are sizes (V). */
  structure?: { width: number; height: number }[];
}

/** One VP9 frame → RTP payloads: with the minimal payload descriptor, or with that of an encoder with layers. */
export function packetizeVp9(frame: Uint8Array, layering?: Vp9Layering): Uint8Array[] {
  // P is the opposite of the frame type: bit 2 of a profile 0 header (VP9 bitstream §6.2).
  const predicted = layering?.predicted ?? ((frame[0] as number) & 0x0c) !== 0;
  const rest = layering ? layeringOctets(layering) : [];
  const structure = layering?.structure ? structureOctets(layering.structure) : [];
  const payloads: Uint8Array[] = [];
  for (let start = 0; start < frame.length;) {
    const extra = start === 0 ? structure : [];
    const room = MAX_PAYLOAD - 1 - rest.length - extra.length;
    const first =
      (layering ? 0xa0 : 0) |
      (predicted ? 0x40 : 0) |
      (layering?.baseIndex === null ? 0x10 : 0) |
      (start === 0 ? 0x08 : 0) |
      (start + room >= frame.length ? 0x04 : 0) |
      (extra.length > 0 ? 0x02 : 0);
    payloads.push(Uint8Array.from([first, ...rest, ...extra, ...frame.subarray(start, start + room)]));
    start += room;
  }
  return payloads;
}

function layeringOctets(layering: Vp9Layering): number[] {
  const { picture, predicted, baseIndex, layer, spatialLayer = 0, interLayer = false, switchUp = false } = layering;
  const indices = (layer << 5) | (switchUp ? 0x10 : 0) | (spatialLayer << 1) | (interLayer ? 1 : 0);
  const references = baseIndex === null && predicted ? [1 << 1] : [];
  return [
    0x80 | ((picture >> 8) & 0x7f),
    picture & 0xff,
    indices,
    ...(baseIndex === null ? references : [baseIndex & 0xff]),
  ];
}

function structureOctets(sizes: { width: number; height: number }[]): number[] {
  const octets = ({ width, height }: { width: number; height: number }) => [
    width >> 8,
    width & 0xff,
    height >> 8,
    height & 0xff,
  ];
  // One picture in the group, which builds on the one before.
  return [((sizes.length - 1) << 5) | 0x10 | 0x08, ...sizes.flatMap(octets), 1, 0x04, 1];
}

/** An open bitstream unit as it stands in a temporal unit. */
interface Unit {
  type: number;
  /** Without its size. */
  octets: Uint8Array;
}

/** The units of a low-overhead bitstream, without their sizes (AV1 §5.3). */
export function splitTemporalUnit(data: Uint8Array): Unit[] {
  const units: Unit[] = [];
  for (let at = 0; at < data.length;) {
    const head = data[at] as number;
    const extension = (head & 4) !== 0 ? [data[at + 1] as number] : [];
    at += 1 + extension.length;
    let size = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const octet = data[at++] as number;
      size += (octet & 0x7f) << shift;
      more = octet > 0x7f;
    }
    const octets = Uint8Array.from([head & ~2, ...extension, ...data.subarray(at, at + size)]);
    units.push({ type: (head >> 3) & 15, octets });
    at += size;
  }
  return units;
}

/** One AV1 temporal unit → RTP payloads, an element or a piece of one in each (RTP Payload Format for AV1 v1.0.0 §4.4). */
export function packetizeAv1(data: Uint8Array, room = MAX_PAYLOAD - 1): Uint8Array[] {
  // Temporal delimiters are left out (§5).
  const units = splitTemporalUnit(data).filter(({ type }) => type !== 2);
  const newSequence = units.some(({ type }) => type === 1);
  return units.flatMap(({ octets }, index) => {
    const payloads: Uint8Array[] = [];
    for (let start = 0; start < octets.length; start += room) {
      const z = start > 0 ? 0x80 : 0;
      const y = start + room < octets.length ? 0x40 : 0;
      const n = newSequence && index === 0 && start === 0 ? 0x08 : 0;
      payloads.push(Uint8Array.from([z | y | 0x10 | n, ...octets.subarray(start, start + room)]));
    }
    return payloads;
  });
}
