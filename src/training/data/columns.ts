export type Column = Uint8Array | Int16Array | Uint16Array | Int32Array | Float32Array;

const TYPES = { Uint8Array, Int16Array, Uint16Array, Int32Array, Float32Array };

export interface ColumnHead {
  name: string;
  type: keyof typeof TYPES;
  length: number;
}

/** Named columns as one block of bytes: one after another, each aligned to 4 bytes, in the machine's byte order. */
export function packColumns(columns: Iterable<readonly [string, Column]>): { heads: ColumnHead[]; bytes: Buffer } {
  const heads: ColumnHead[] = [];
  const parts: Buffer[] = [];
  for (const [name, values] of columns) {
    heads.push({ name, type: values.constructor.name as keyof typeof TYPES, length: values.length });
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    parts.push(bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4));
  }
  return { heads, bytes: Buffer.concat(parts) };
}

/**
 * What `packColumns` packed; copies.
 * @throws RangeError when the block is shorter than the heads say
 */
export function unpackColumns(heads: readonly ColumnHead[], data: Uint8Array): Map<string, Column> {
  let at = 0;
  const columns = new Map<string, Column>();
  for (const { name, type, length } of heads) {
    const bytes = length * TYPES[type].BYTES_PER_ELEMENT;
    if (at + bytes > data.length) throw new RangeError(`column ${name} is cut short`);
    const copy = Uint8Array.from(data.subarray(at, at + bytes)).buffer;
    columns.set(name, new TYPES[type](copy));
    at += Math.ceil(bytes / 4) * 4;
  }
  return columns;
}
