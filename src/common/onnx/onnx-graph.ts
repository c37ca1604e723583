import { ProtoWriter } from './proto-writer.js';

/** TensorProto.DataType of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, from which all field numbers here are. */
export const ONNX_TYPES = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;
export type OnnxType = keyof typeof ONNX_TYPES;

export type Shape = readonly (number | string)[];
export type Attribute = number | readonly number[] | string;

/** Operator set 17 and the file version that belongs to it. */
const OPSET = 17;
const IR_VERSION = 8;
/** AttributeProto.AttributeType */
const INT = 2;
const STRING = 3;
const INTS = 7;

/** An ONNX model in the making. */
export class OnnxGraph {
  readonly #graph = new ProtoWriter().string(2, 'emostream');
  #next = 0;

  /** @returns the name of the operator's only output, a new one if none is given */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Record<string, Attribute> = {},
    output: string = this.#name(),
  ): string {
    const node = new ProtoWriter();
    for (const input of inputs) node.string(1, input);
    node.string(2, output).string(4, op);
    for (const [name, value] of Object.entries(attributes)) node.message(5, attributeOf(name, value));
    this.#graph.message(1, node);
    return output;
  }

  /** A fixed tensor. @returns its name */
  constant(shape: readonly number[], values: ArrayLike<number>, type: OnnxType): string {
    const name = this.#name();
    const tensor = new ProtoWriter().ints(1, shape).int(2, ONNX_TYPES[type]).string(8, name);
    this.#graph.message(5, tensor.bytes(9, rawBytes(values, type)));
    return name;
  }

  /** @param shape its sides; one that is not known beforehand by a name */
  input(name: string, shape: Shape, type: OnnxType): void {
    this.#graph.message(11, valueInfo(name, shape, type));
  }

  output(name: string, shape: Shape): void {
    this.#graph.message(12, valueInfo(name, shape, 'float32'));
  }

  /** The model file. @param metadata of the model, by keys (`metadata_props`) */
  finish(metadata: Readonly<Record<string, string>> = {}): Uint8Array {
    const operators = new ProtoWriter().string(1, '').int(2, OPSET);
    const model = new ProtoWriter().int(1, IR_VERSION).message(8, operators).message(7, this.#graph);
    for (const [key, value] of Object.entries(metadata)) {
      model.message(14, new ProtoWriter().string(1, key).string(2, value));
    }
    return model.finish();
  }

  #name(): string {
    return `t${this.#next++}`;
  }
}

function attributeOf(name: string, value: Attribute): ProtoWriter {
  const attribute = new ProtoWriter().string(1, name);
  if (typeof value === 'number') return attribute.int(3, value).int(20, INT);
  if (typeof value === 'string') return attribute.string(4, value).int(20, STRING);
  return attribute.ints(8, value).int(20, INTS);
}

function valueInfo(name: string, shape: Shape, type: OnnxType): ProtoWriter {
  const dimensions = new ProtoWriter();
  for (const side of shape) {
    const dimension = new ProtoWriter();
    dimensions.message(1, typeof side === 'number' ? dimension.int(1, side) : dimension.string(2, side));
  }
  const tensorType = new ProtoWriter().int(1, ONNX_TYPES[type]).message(2, dimensions);
  return new ProtoWriter().string(1, name).message(2, new ProtoWriter().message(1, tensorType));
}

/** Little-endian, as every processor that Node runs on here has it. */
function rawBytes(values: ArrayLike<number>, type: OnnxType): Uint8Array {
  if (type === 'bool') return Uint8Array.from(values);
  if (type === 'int64') return new Uint8Array(BigInt64Array.from(Array.from(values, BigInt)).buffer);
  return new Uint8Array((type === 'float32' ? Float32Array.from(values) : Int32Array.from(values)).buffer);
}
