/** Numbers and bits as they are written in the standard (H.264 §7.3, §9.1), for units that no encoder here makes. */
export function nalUnit(header: number, ...parts: (string | number)[]): Uint8Array {
  const ue = (value: number): string => {
    const code = (value + 1).toString(2);
    return '0'.repeat(code.length - 1) + code;
  };
  const text = parts.map((part) => (typeof part === 'number' ? ue(part) : part)).join('') + '1';
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8, '0');
  const bytes = (padded.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2));
  // Escaped as on the wire.
  const escaped: number[] = [];
  for (const byte of bytes) {
    if (byte <= 3 && escaped.at(-1) === 0 && escaped.at(-2) === 0) escaped.push(3);
    escaped.push(byte);
  }
  return Uint8Array.from([header, ...escaped]);
}

export const byte = (value: number): string => value.toString(2).padStart(8, '0');
export const BASELINE = [byte(66), byte(0), byte(31)];

/** 320×240 of the baseline profile, frame_num of 4 bits; `orderType` tells two of the same id apart. */
export const sequenceParameters = (id = 0, orderType: 0 | 2 = 2): Uint8Array =>
  nalUnit(0x67, ...BASELINE, id, 0, ...(orderType === 0 ? [0, 0] : [2]), 1, '0', 19, 14, '1', '1', '0', '0');

/** Nothing in it but ids and zeros; `groups` tells two of the same id apart. */
export const pictureParameters = (id = 0, sequenceId = 0, weighted: '0' | '1' = '0'): Uint8Array =>
  nalUnit(0x68, id, sequenceId, '0', '0', 0, 0, 0, weighted, '00', '0', '0', '0', '0', '0');

/** The head of a slice, and as many more octets as there shall be. */
export const slice = (
  fields: { idr?: boolean; first?: number; parameters?: number; frame?: number; reference?: boolean },
  bytes = 20,
): Uint8Array => {
  const { idr = false, first = 0, parameters = 0, frame = 0, reference = true } = fields;
  const header = (reference ? 0x60 : 0) | (idr ? 5 : 1);
  const head = nalUnit(header, first, 7, parameters, frame.toString(2).padStart(4, '0'));
  return Uint8Array.from([...head, ...new Uint8Array(bytes).fill(0x55)]);
};
