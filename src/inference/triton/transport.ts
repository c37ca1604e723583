import type { Part } from '../network/upload.js';

/** A tensor that a model is given, by name. */
export interface NamedTensor extends Part {
  name: string;
}

export interface TensorMetadata {
  name: string;
  /** As the protocol names it: FP32, INT32, … */
  datatype: string;
  /** -1: any. */
  shape: number[];
}

export interface ModelMetadata {
  inputs: TensorMetadata[];
  outputs: TensorMetadata[];
}

export interface InferRequest {
  model: string;
  inputs: readonly NamedTensor[];
  /** The one output that is wanted. */
  output: string;
  /** Its shape; anything else is refused. */
  shape: readonly number[];
}

/** A server of the Open Inference Protocol, by whatever it is reached. Each call ends within its time, ms. */
export interface InferenceTransport {
  /** @throws ServerFailure when the server or the model is not ready, or is not there */
  metadata(model: string, timeoutMs: number): Promise<ModelMetadata>;
  /** @throws ServerFailure */
  infer(request: InferRequest, timeoutMs: number): Promise<Float32Array>;
  /** Drops its connections: what is under way fails, what comes next connects anew. */
  reset(): void;
}

export interface TransportOptions {
  /** As the configuration names it. */
  url: string;
  /** Certificates (PEM) that the server's is trusted by, instead of the system's. */
  ca?: string | undefined;
  /** Shown to the server: `Authorization: Bearer …`. */
  token?: string | undefined;
}

export const DATATYPES = { float32: 'FP32', int32: 'INT32' } as const;

export const datatypeOfInput = (type: keyof typeof DATATYPES): string => DATATYPES[type];

export const datatypeOf = ({ values }: Part): string =>
  values instanceof Int32Array ? DATATYPES.int32 : DATATYPES.float32;

/** The protocol's raw form: little-endian, as all that Node runs on. */
export const bytesOf = ({ values }: Part): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

export const countOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** Bytes of an answer beside its tensor: names, parameters, JSON. */
export const MOST_BESIDE = 65_536;

export const mostBytes = ({ shape }: InferRequest): number => 4 * countOf(shape) + MOST_BESIDE;

/** An answer's tensor. @throws RangeError when it is another than was asked for */
export function requireTensor(
  { output, shape }: InferRequest,
  given: { name: string; datatype: string; shape: readonly number[] },
  bytes: Uint8Array,
): Float32Array {
  if (given.name !== output) throw new RangeError(`there is no output ${output}`);
  if (given.datatype !== DATATYPES.float32) throw new RangeError(`${output} is of type ${given.datatype}`);
  if (given.shape.join() !== shape.join()) throw new RangeError(`${output} has the shape ${given.shape.join(' × ')}`);
  if (bytes.length !== 4 * countOf(shape)) throw new RangeError(`${output} has ${String(bytes.length)} bytes`);
  // Copied: an answer's bytes begin anywhere, and a Float32Array does not. (`slice` of a Buffer copies nothing.)
  return new Float32Array(new Uint8Array(bytes).buffer);
}
