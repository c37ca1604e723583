/**
 * Writes protocol buffers (https://protobuf.dev/programming-guides/encoding): the three wire forms that ONNX models need.
 * No library: the common one carries a parser, a reflection layer and generated code for what is forty lines here.
 */
export class ProtoWriter {
  readonly #parts: Uint8Array[] = [];

  /** int32, int64 and enum; negative numbers take ten bytes, as the format has it. */
  int(field: number, value: number): this {
    this.#parts.push(varint(field << 3), varint(value));
    return this;
  }

  float(field: number, value: number): this {
    this.#parts.push(varint((field << 3) | 5), new Uint8Array(Float32Array.of(value).buffer));
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#parts.push(varint((field << 3) | 2), varint(value.length), value);
    return this;
  }

  string(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  /** A repeated integer, unpacked: every reader must take it. */
  ints(field: number, values: readonly number[]): this {
    for (const value of values) this.int(field, value);
    return this;
  }

  message(field: number, message: ProtoWriter): this {
    return this.bytes(field, message.finish());
  }

  finish(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#parts));
  }
}

function varint(value: number): Uint8Array {
  let left = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (left > 0x7fn) {
    bytes.push(Number(left & 0x7fn) | 0x80);
    left >>= 7n;
  }
  bytes.push(Number(left));
  return Uint8Array.from(bytes);
}
