/** RTP payloads stay under the usual path MTU with room for headers. */
export const MAX_PAYLOAD = 1188;

/** What an encoder with temporal layers says of a picture (RFC 7741 §4.2). */
export interface Vp8Layering {
  /** PictureID, 15 bits. */
  picture: number;
  /** TL0PICIDX, 8 bits. */
  baseIndex: number;
  layer: number;
  layerSync: boolean;
}

/** One VP8 picture → RTP payloads with the minimal payload descriptor, or with that of an encoder with layers (RFC 7741 §4.2). */
export function packetizeVp8(frame: Uint8Array, layering?: Vp8Layering): Uint8Array[] {
  const extension = layering ? layeringOctets(layering) : [];
  const room = MAX_PAYLOAD - 1 - extension.length;
  const payloads: Uint8Array[] = [];
  for (let start = 0; start < frame.length; start += room) {
    const first = (layering ? 0x80 : 0) | (start === 0 ? 0x10 : 0); // X, S: start of partition 0
    payloads.push(Uint8Array.from([first, ...extension, ...frame.subarray(start, start + room)]));
  }
  return payloads;
}

function layeringOctets({ picture, baseIndex, layer, layerSync }: Vp8Layering): number[] {
  return [
    0xe0,
    0x80 | ((picture >> 8) & 0x7f),
    picture & 0xff,
    baseIndex & 0xff,
    (layer << 6) | (layerSync ? 0x20 : 0),
  ];
}

/** The NAL units of an Annex B stream, without start codes (H.264 Annex B). */
export function splitAnnexB(data: Uint8Array): Uint8Array[] {
  const starts: { code: number; unit: number }[] = [];
  for (let i = 0; i + 2 < data.length; i++) {
    if (data[i] !== 0 || data[i + 1] !== 0 || data[i + 2] !== 1) continue;
    starts.push({ code: i > 0 && data[i - 1] === 0 ? i - 1 : i, unit: i + 3 });
    i += 2;
  }
  return starts.map(({ unit }, index) => data.subarray(unit, starts[index + 1]?.code ?? data.length));
}

/** One H.264 picture (Annex B) → RTP payloads: parameter sets together, large units in fragments (RFC 6184 §5.6–5.8). */
export function packetizeH264(picture: Uint8Array): Uint8Array[] {
  const units = splitAnnexB(picture);
  const isParameterSet = (unit: Uint8Array) => [7, 8].includes((unit[0] as number) & 0x1f);
  const parameters = units.filter(isParameterSet);
  const payloads = parameters.length > 0 ? [aggregate(parameters)] : [];
  for (const unit of units.filter((candidate) => !isParameterSet(candidate))) {
    if (unit.length <= MAX_PAYLOAD) payloads.push(unit);
    else payloads.push(...fragment(unit));
  }
  return payloads;
}

function aggregate(units: Uint8Array[]): Uint8Array {
  const header = 0x78; // STAP-A with the highest importance
  return Uint8Array.from([header, ...units.flatMap((unit) => [unit.length >> 8, unit.length & 0xff, ...unit])]);
}

function fragment(unit: Uint8Array): Uint8Array[] {
  const header = unit[0] as number;
  const body = unit.subarray(1);
  const room = MAX_PAYLOAD - 2;
  const payloads: Uint8Array[] = [];
  for (let start = 0; start < body.length; start += room) {
    const part = body.subarray(start, start + room);
    const first = start === 0 ? 0x80 : 0;
    const last = start + room >= body.length ? 0x40 : 0;
    payloads.push(Uint8Array.from([(header & 0xe0) | 28, first | last | (header & 0x1f), ...part]));
  }
  return payloads;
}
