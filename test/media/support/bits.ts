/** Bits as they are written in a standard, padded to octets: '10', and [value, bits]. */
export function bitsOf(...parts: (string | [value: number, bits: number])[]): Uint8Array {
  const text = parts
    .map((part) => (typeof part === 'string' ? part : part[0].toString(2).padStart(part[1], '0')))
    .join('')
    .replaceAll(' ', '');
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8, '0');
  return Uint8Array.from((padded.match(/.{8}/g) ?? []).map((octet) => parseInt(octet, 2)));
}
