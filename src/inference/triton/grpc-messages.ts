import { ProtoWriter } from '../../common/onnx/proto-writer.js';
import { protoFields, protoInts, protoText, type ProtoField } from './proto-reader.js';
import {
  bytesOf,
  datatypeOf,
  requireTensor,
  type InferRequest,
  type ModelMetadata,
  type TensorMetadata,
} from './transport.js';

// The messages of `inference.GRPCInferenceService` that are used, by the field numbers of open_inference_grpc.proto
// (https://github.com/open-inference/open-inference-protocol).

/** ModelReadyRequest and ModelMetadataRequest: name = 1. */
export const modelRequest = (model: string): Uint8Array => new ProtoWriter().string(1, model).finish();

/** ServerReadyResponse and ModelReadyResponse: ready = 1. */
export function readReady(message: Uint8Array): boolean {
  for (const { field, int } of protoFields(message)) if (field === 1 && int !== 0n) return true;
  return false;
}

/**
 * ModelInferRequest: model_name = 1, parameters = 4, inputs = 5 (name = 1, datatype = 2, shape = 3), outputs = 6 (name = 1),
 * raw_input_contents = 7. A parameter is an entry of a map: key = 1, value = 2 with int64_param = 2.
 * @param timeoutUs how long the server may keep it waiting, µs (Triton's `timeout`; other servers pass over it)
 */
export function inferMessage({ model, inputs, output }: InferRequest, timeoutUs: number): Uint8Array {
  const timeout = new ProtoWriter().string(1, 'timeout').message(2, new ProtoWriter().int(2, timeoutUs));
  const message = new ProtoWriter().string(1, model).message(4, timeout);
  for (const input of inputs) {
    message.message(5, new ProtoWriter().string(1, input.name).string(2, datatypeOf(input)).ints(3, input.shape));
  }
  message.message(6, new ProtoWriter().string(1, output));
  for (const input of inputs) message.bytes(7, bytesOf(input));
  return message.finish();
}

/**
 * ModelInferResponse: outputs = 5 (name = 1, datatype = 2, shape = 3), raw_output_contents = 6.
 * @throws RangeError: it is not what was asked for
 */
export function readInferAnswer(request: InferRequest, message: Uint8Array): Float32Array {
  let output: TensorMetadata | null = null;
  let raw: Uint8Array | null = null;
  for (const { field, bytes } of protoFields(message)) {
    if (field === 5 && bytes) output = one(output, readTensor(bytes));
    else if (field === 6 && bytes) raw = one(raw, bytes);
  }
  if (!output || !raw) throw new RangeError('it has no output in raw form');
  return requireTensor(request, output, raw);
}

/** Most sides and tensors that are read of what a server says. */
const MOST_SIDES = 8;
const MOST_TENSORS = 64;

/** ModelMetadataResponse: inputs = 4, outputs = 5, of TensorMetadata (name = 1, datatype = 2, shape = 3). @throws RangeError */
export function readMetadata(message: Uint8Array): ModelMetadata {
  const metadata: ModelMetadata = { inputs: [], outputs: [] };
  for (const { field, bytes } of protoFields(message)) {
    const to = field === 4 ? metadata.inputs : field === 5 ? metadata.outputs : null;
    if (!to || !bytes) continue;
    if (to.push(readTensor(bytes)) > MOST_TENSORS) throw new RangeError('it has too many tensors');
  }
  return metadata;
}

function readTensor(message: Uint8Array): TensorMetadata {
  const tensor: TensorMetadata = { name: '', datatype: '', shape: [] };
  for (const field of protoFields(message)) readTensorField(field, tensor);
  return tensor;
}

function readTensorField(field: ProtoField, tensor: TensorMetadata): void {
  if (field.field === 1) tensor.name = protoText(field);
  else if (field.field === 2) tensor.datatype = protoText(field);
  else if (field.field === 3) {
    for (const side of protoInts(field)) {
      if (tensor.shape.push(side) > MOST_SIDES) throw new RangeError('a tensor has too many sides');
    }
  }
}

function one<T>(before: T | null, value: T): T {
  if (before !== null) throw new RangeError('one output was asked for');
  return value;
}
