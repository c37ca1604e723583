import { z } from 'zod';
import { bytesOf, datatypeOf, requireTensor, type InferRequest, type ModelMetadata } from './transport.js';

/** Where the JSON of a body ends and binary tensors begin (binary tensor data extension, "Binary Tensor Request"). */
export const HEADER_LENGTH = 'inference-header-content-length';

export interface HttpMessage {
  body: Uint8Array[];
  /** Bytes of the JSON at its begin. */
  headerLength: number;
}

/**
 * An inference request with binary tensors: JSON, then the bytes of each input in its order.
 * @param timeoutUs how long the server may keep it waiting, µs (Triton's `timeout`; other servers pass over it)
 */
export function inferBody({ inputs, output }: InferRequest, timeoutUs: number): HttpMessage {
  const head = {
    parameters: { timeout: timeoutUs },
    inputs: inputs.map((input) => ({
      ...{ name: input.name, shape: input.shape, datatype: datatypeOf(input) },
      parameters: { binary_data_size: input.values.byteLength },
    })),
    outputs: [{ name: output, parameters: { binary_data: true } }],
  };
  const json = Buffer.from(JSON.stringify(head));
  return { body: [json, ...inputs.map(bytesOf)], headerLength: json.length };
}

const shape = z.array(z.int().min(-1)).max(8);
const answerSchema = z.object({
  outputs: z
    .array(
      z.object({
        ...{ name: z.string(), datatype: z.string(), shape },
        parameters: z.object({ binary_data_size: z.int().nonnegative() }),
      }),
    )
    .length(1, { error: 'one output was asked for' }),
});

/**
 * @param headerLength of the header; where there is none, all of it is JSON
 * @throws RangeError, SyntaxError, ZodError: it is not what was asked for
 */
export function readInferAnswer(request: InferRequest, body: Uint8Array, headerLength?: string): Float32Array {
  const length = headerLength === undefined ? body.length : Number(headerLength);
  if (!Number.isInteger(length) || length < 0 || length > body.length) {
    throw new RangeError(`${HEADER_LENGTH} is wrong`);
  }
  const { outputs } = answerSchema.parse(JSON.parse(textOf(body.subarray(0, length))));
  const [output] = outputs;
  const bytes = body.subarray(length);
  if (output!.parameters.binary_data_size !== bytes.length) throw new RangeError('binary_data_size is wrong');
  return requireTensor(request, output!, bytes);
}

const tensorsSchema = z.array(z.object({ name: z.string(), datatype: z.string(), shape })).max(64);
const metadataSchema = z.object({ inputs: tensorsSchema, outputs: tensorsSchema });

/** @throws SyntaxError, ZodError */
export const readMetadata = (body: Uint8Array): ModelMetadata => metadataSchema.parse(JSON.parse(textOf(body)));

const errorSchema = z.object({ error: z.string() });

/** What a server says of an error; empty where it says nothing that is known. */
export function readError(body: Uint8Array): string {
  try {
    return errorSchema.safeParse(JSON.parse(textOf(body))).data?.error ?? '';
  } catch {
    return '';
  }
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
