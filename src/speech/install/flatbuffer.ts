/**
 * What is read of FlatBuffers (https://flatbuffers.dev/internals): tables, whose fields are found by a table of offsets, and vectors
 * of offsets. Offsets count from where they stand; those to tables, vectors and strings point forward.
 */
export class FlatTable {
  readonly #bytes: DataView;
  /** Where it begins. */
  readonly at: number;
  readonly #offsets: number;

  constructor(bytes: DataView, at: number) {
    this.#bytes = bytes;
    this.at = at;
    this.#offsets = at - bytes.getInt32(at, true);
  }

  /** The table that a file begins with. */
  static root(bytes: DataView): FlatTable {
    return new FlatTable(bytes, bytes.getUint32(0, true));
  }

  /** @returns where a field's value stands; null where it is left out, and has its default */
  field(index: number): number | null {
    const entry = 4 + 2 * index;
    if (entry >= this.#bytes.getUint16(this.#offsets, true)) return null;
    const offset = this.#bytes.getUint16(this.#offsets + entry, true);
    return offset === 0 ? null : this.at + offset;
  }

  uint(index: number): number {
    const at = this.field(index);
    return at === null ? 0 : this.#bytes.getUint32(at, true);
  }

  /** @throws RangeError where it has none */
  table(index: number): FlatTable {
    const at = this.field(index);
    if (at === null) throw new RangeError(`a table without its field ${String(index)}`);
    return new FlatTable(this.#bytes, this.#follow(at));
  }

  string(index: number): string {
    const at = this.field(index);
    return at === null ? '' : this.#string(this.#follow(at));
  }

  /** Where a vector begins, which is the number of its elements; null where there is none. */
  vector(index: number): number | null {
    const at = this.field(index);
    return at === null ? null : this.#follow(at);
  }

  tables(index: number): FlatTable[] {
    return this.#elements(index).map((at) => new FlatTable(this.#bytes, at));
  }

  strings(index: number): string[] {
    return this.#elements(index).map((at) => this.#string(at));
  }

  #elements(index: number): number[] {
    const vector = this.vector(index);
    if (vector === null) return [];
    const count = this.#bytes.getUint32(vector, true);
    return Array.from({ length: count }, (_, i) => this.#follow(vector + 4 + 4 * i));
  }

  #follow(at: number): number {
    return at + this.#bytes.getUint32(at, true);
  }

  #string(at: number): string {
    const { buffer, byteOffset } = this.#bytes;
    return new TextDecoder().decode(new Uint8Array(buffer, byteOffset + at + 4, this.#bytes.getUint32(at, true)));
  }
}
