/** A tensor of 32-bit floats of an ONNX file. */
export interface Weights {
  dims: readonly number[];
  data: Float32Array;
}

/** A field of a protocol buffers message: a number, or where its bytes lie (https://protobuf.dev/programming-guides/encoding). */
type Field = { no: number; value: number } | { no: number; from: number; to: number };

/** Numbers of fields in onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). */
const MODEL_GRAPH = 7;
const GRAPH_NODE = 1;
const NODE = { output: 2, attribute: 5 };
const ATTRIBUTE = { tensor: 5, graph: 6 };
const TENSOR = { dims: 1, type: 2, raw: 9 };
const FLOAT = 1;

/**
 * The constant tensors of floats in an ONNX model, also those of the branches of its `If` nodes, by the name of the node's output.
 * Only what is stored as raw bytes, as exporters do.
 * @throws RangeError where the file is no protocol buffers message
 */
export function onnxWeights(file: Uint8Array): Map<string, Weights> {
  const found = new Map<string, Weights>();
  for (const field of fields(file, 0, file.length)) {
    if (field.no === MODEL_GRAPH && 'from' in field) readGraph(file, field.from, field.to, found);
  }
  return found;
}

function readGraph(file: Uint8Array, from: number, to: number, found: Map<string, Weights>): void {
  for (const node of fields(file, from, to)) {
    if (node.no !== GRAPH_NODE || !('from' in node)) continue;
    const inside = [...fields(file, node.from, node.to)];
    const name = inside.find(({ no }) => no === NODE.output);
    const output = name && 'from' in name ? new TextDecoder().decode(file.subarray(name.from, name.to)) : '';
    for (const attribute of inside) {
      if (attribute.no !== NODE.attribute || !('from' in attribute)) continue;
      for (const part of fields(file, attribute.from, attribute.to)) {
        if (!('from' in part)) continue;
        if (part.no === ATTRIBUTE.graph) readGraph(file, part.from, part.to, found);
        const weights = part.no === ATTRIBUTE.tensor && readTensor(file, part.from, part.to);
        if (weights) found.set(output, weights);
      }
    }
  }
}

function readTensor(file: Uint8Array, from: number, to: number): Weights | null {
  const dims: number[] = [];
  let type = 0;
  let data: Float32Array | null = null;
  for (const field of fields(file, from, to)) {
    if (field.no === TENSOR.dims)
      dims.push(...('value' in field ? [field.value] : varints(file, field.from, field.to)));
    else if (field.no === TENSOR.type && 'value' in field) type = field.value;
    // A copy: floats must be aligned.
    else if (field.no === TENSOR.raw && 'from' in field && (field.to - field.from) % 4 === 0)
      data = new Float32Array(Uint8Array.from(file.subarray(field.from, field.to)).buffer);
  }
  const isWhole = data !== null && data.length === dims.reduce((product, dim) => product * dim, 1);
  return type === FLOAT && data && isWhole ? { dims, data } : null;
}

function* fields(file: Uint8Array, from: number, to: number): Generator<Field> {
  for (let at = from; at < to;) {
    const [key, afterKey] = varint(file, at, to);
    const no = Math.floor(key / 8);
    const wire = key % 8;
    if (wire === 0) {
      const [value, next] = varint(file, afterKey, to);
      yield { no, value };
      at = next;
    } else if (wire === 2) {
      const [length, start] = varint(file, afterKey, to);
      if (start + length > to) throw new RangeError('a field is longer than its message');
      yield { no, from: start, to: start + length };
      at = start + length;
    } else if (wire === 1 || wire === 5) {
      at = afterKey + (wire === 1 ? 8 : 4);
    } else {
      throw new RangeError(`wire type ${String(wire)}`);
    }
  }
}

function* varints(file: Uint8Array, from: number, to: number): Generator<number> {
  for (let at = from; at < to;) {
    const [value, next] = varint(file, at, to);
    yield value;
    at = next;
  }
}

/** Seven bits a byte, the lowest first. */
function varint(file: Uint8Array, from: number, to: number): [value: number, next: number] {
  let value = 0;
  let factor = 1;
  for (let at = from; at < Math.min(to, from + 10); at++) {
    const byte = file[at]!;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return [value, at + 1];
    factor *= 128;
  }
  throw new RangeError('a number does not end');
}
