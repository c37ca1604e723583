import type { NalUnit } from './h264-parameters.js';

export const STAP_A = 24;
export const FU_A = 28;

/** The units of a STAP-A payload (RFC 6184 §5.7.1); null when it is malformed. */
export function aggregatedUnits(payload: Uint8Array): NalUnit[] | null {
  const units: NalUnit[] = [];
  let offset = 1;
  while (offset < payload.length) {
    if (offset + 2 > payload.length) return null;
    const size = ((payload[offset] as number) << 8) | (payload[offset + 1] as number);
    offset += 2;
    if (size === 0 || offset + size > payload.length) return null;
    units.push(payload.subarray(offset, offset + size));
    offset += size;
  }
  return units.length > 0 ? units : null;
}

/** A fragment of a unit (RFC 6184 §5.8); null when it is malformed. */
export function parseFragment(payload: Uint8Array): {
  /** The header of the whole unit. */
  header: number;
  first: boolean;
  last: boolean;
  data: Uint8Array;
} | null {
  const [indicator, header] = payload;
  if (indicator === undefined || header === undefined || payload.length < 3) return null;
  return {
    header: (indicator & 0xe0) | (header & 0x1f),
    first: (header & 0x80) !== 0,
    last: (header & 0x40) !== 0,
    data: payload.subarray(2),
  };
}

/** The units that begin in a payload, as far as they are in it: what can be read of it by itself. */
export function unitsBegunIn(payload: Uint8Array): NalUnit[] {
  const type = (payload[0] ?? 0) & 0x1f;
  if (type === STAP_A) return aggregatedUnits(payload) ?? [];
  if (type !== FU_A) return payload.length > 0 ? [payload] : [];
  const fragment = parseFragment(payload);
  if (!fragment?.first) return [];
  const unit = Uint8Array.from(payload.subarray(1));
  unit[0] = fragment.header;
  return [unit];
}
