/** A field of a protocol buffer: bytes of a string, message or packed list, or an integer. Of fixed-width numbers nothing is kept. */
export interface ProtoField {
  field: number;
  bytes: Uint8Array | null;
  int: bigint;
}

/**
 * The fields of a protocol buffer (https://protobuf.dev/programming-guides/encoding) in order. Never reads past its end.
 * @throws RangeError where it is no protocol buffer
 */
export function* protoFields(message: Uint8Array): Generator<ProtoField> {
  let at = 0;
  const varint = (): bigint => {
    const read = readVarint(message, at);
    at = read.end;
    return read.value;
  };
  const skip = (length: number): Uint8Array => {
    if (length > message.length - at) throw new RangeError('a field is longer than its message');
    return message.subarray(at, (at += length));
  };
  while (at < message.length) {
    const key = varint();
    const field = Number(key >> 3n);
    const wire = Number(key & 7n);
    if (wire === 0) yield { field, bytes: null, int: varint() };
    else if (wire === 1) skip(8);
    else if (wire === 5) skip(4);
    else if (wire === 2) {
      const length = varint();
      if (length > BigInt(message.length)) throw new RangeError('a field is longer than its message');
      yield { field, bytes: skip(Number(length)), int: 0n };
    } else throw new RangeError(`wire type ${String(wire)} is not known`);
  }
}

/** A repeated int64 of which one field is read: packed, or one value of it. */
export function* protoInts({ bytes, int }: ProtoField): Generator<number> {
  if (!bytes) {
    yield Number(BigInt.asIntN(64, int));
    return;
  }
  for (let at = 0; at < bytes.length;) {
    const { value, end } = readVarint(bytes, at);
    at = end;
    yield Number(BigInt.asIntN(64, value));
  }
}

export const protoText = ({ bytes }: ProtoField): string => new TextDecoder().decode(bytes ?? new Uint8Array(0));

/** A varint has at most ten bytes. */
const LONGEST = 10;

function readVarint(bytes: Uint8Array, from: number): { value: bigint; end: number } {
  let value = 0n;
  for (let i = 0; i < LONGEST; i++) {
    const byte = bytes[from + i];
    if (byte === undefined) throw new RangeError('it ends inside a number');
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return { value, end: from + i + 1 };
  }
  throw new RangeError('a number has more than ten bytes');
}
