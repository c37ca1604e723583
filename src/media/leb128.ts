/** A number and where it ended. */
export interface Leb128 {
  value: number;
  end: number;
}

/** As many octets as a number of 32 bits takes: no size is larger (AV1 §4.10.5). */
const MAX_OCTETS = 5;

/** leb128() at `offset`: seven bits an octet, the lowest first (AV1 §4.10.5). Null when it is cut short or too large. */
export function readLeb128(data: Uint8Array, offset: number): Leb128 | null {
  let value = 0;
  for (let i = 0; i < MAX_OCTETS; i++) {
    const octet = data[offset + i];
    if (octet === undefined) return null;
    value += (octet & 0x7f) * 2 ** (7 * i);
    if ((octet & 0x80) === 0) return value < 2 ** 32 ? { value, end: offset + i + 1 } : null;
  }
  return null;
}

/** The fewest octets that say a size. */
export function writeLeb128(value: number): Uint8Array {
  const octets: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 0x80)) {
    if (rest < 0x80) return Uint8Array.from([...octets, rest]);
    octets.push(0x80 | (rest % 0x80));
  }
}
