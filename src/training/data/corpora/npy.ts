/**
 * The single value of a NumPy file (format versions 1 to 3, numpy.lib.format): text or a whole number.
 * @returns null when it is not such a file
 */
export function npyScalar(data: Buffer): string | null {
  if (data.length < 12 || data.toString('latin1', 0, 6) !== '\x93NUMPY') return null;
  const wide = data[6]! >= 2;
  const start = wide ? 12 : 10;
  const end = start + (wide ? data.readUInt32LE(8) : data.readUInt16LE(8));
  const head = data.toString('latin1', start, end);
  const type = /'descr':\s*'([<|=>]?)([USiu])(\d+)'/u.exec(head);
  const shape = /'shape':\s*\(([^)]*)\)/u.exec(head)?.[1]?.trim();
  if (!type || (shape !== '' && !/^1,?$/u.test(shape ?? 'none'))) return null;
  const [, order, kind, digits] = type;
  const width = Number(digits) * (kind === 'U' ? 4 : 1);
  const value = data.subarray(end, end + width);
  if (order === '>' || value.length < width || width === 0) return null;
  if (kind === 'S') return value.toString('latin1').replace(/\0+$/u, '');
  if (kind === 'U') return value.toString('utf16le').replace(/\0+/gu, '');
  if (width > 8) return null;
  if (width === 8) return String(kind === 'i' ? value.readBigInt64LE() : value.readBigUInt64LE());
  if (width > 6) return null;
  return String(kind === 'i' ? value.readIntLE(0, width) : value.readUIntLE(0, width));
}
