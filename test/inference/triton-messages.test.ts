import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtoWriter } from '../../src/common/onnx/proto-writer.js';
import * as grpc from '../../src/inference/triton/grpc-messages.js';
import * as http from '../../src/inference/triton/http-messages.js';
import { protoFields, protoInts, protoText } from '../../src/inference/triton/proto-reader.js';
import type { InferRequest } from '../../src/inference/triton/transport.js';

const request: InferRequest = {
  model: 'mymodel',
  inputs: [
    { name: 'input0', values: Int32Array.of(1, 2, 3, 4), shape: [2, 2] },
    { name: 'input1', values: Float32Array.of(0.5, -1, 2), shape: [3] },
  ],
  output: 'output0',
  shape: [3, 2],
};
const VALUES = Float32Array.of(1, 1.5, 2, -2, 3, 0);
const bytes = (values: Float32Array | Int32Array) => Buffer.from(values.buffer);
const bytesToEnd = fc.uint8Array({ maxLength: 200 });

describe('the binary tensor data extension over HTTP', () => {
  // https://docs.nvidia.com/deeplearning/triton-inference-server, protocol/extension_binary_data: JSON whose inputs name the size of
  // their data, that many bytes of each in the same order, little-endian, and the JSON's length as a header.
  it('writes a request as the documentation has it', () => {
    const { body, headerLength } = http.inferBody(request, 1500);
    const whole = Buffer.concat(body);
    expect(JSON.parse(whole.subarray(0, headerLength).toString())).toEqual({
      parameters: { timeout: 1500 },
      inputs: [
        { name: 'input0', shape: [2, 2], datatype: 'INT32', parameters: { binary_data_size: 16 } },
        { name: 'input1', shape: [3], datatype: 'FP32', parameters: { binary_data_size: 12 } },
      ],
      outputs: [{ name: 'output0', parameters: { binary_data: true } }],
    });
    expect([...whole.subarray(headerLength, headerLength + 8)]).toEqual([1, 0, 0, 0, 2, 0, 0, 0]);
    expect(whole.readFloatLE(headerLength + 16)).toBe(0.5);
    expect(whole.length).toBe(headerLength + 28);
  });

  const answer = (change: object = {}) => ({
    model_name: 'mymodel',
    outputs: [{ name: 'output0', shape: [3, 2], datatype: 'FP32', parameters: { binary_data_size: 24 }, ...change }],
  });
  const written = (json: unknown, data: Uint8Array = bytes(VALUES)) => {
    const head = Buffer.from(JSON.stringify(json));
    return { body: Buffer.concat([head, data]), length: String(head.length) };
  };

  it('reads an answer, wherever its bytes begin', () => {
    for (const spaces of ['', ' ', '  ', '   ']) {
      const head = Buffer.from(JSON.stringify(answer()) + spaces);
      const body = Buffer.concat([head, bytes(VALUES)]);
      expect(http.readInferAnswer(request, body, String(head.length))).toEqual(VALUES);
    }
  });

  it.each([
    ['another output', answer({ name: 'output1' })],
    ['another shape', answer({ shape: [2, 3] })],
    ['another type', answer({ datatype: 'FP64' })],
    ['another size', answer({ parameters: { binary_data_size: 20 } })],
    ['no binary data', answer({ parameters: {}, data: [1] })],
    ['no output', { outputs: [] }],
    ['an error in the place of an answer', { error: 'no' }],
    ['no object', 7],
  ])('refuses %s', (_, json) => {
    const { body, length } = written(json);
    expect(() => http.readInferAnswer(request, body, length)).toThrow();
  });

  it('refuses a wrong length of the JSON, and never reads past the end', () => {
    const { body } = written(answer());
    for (const length of ['-1', '1e9', 'x', '3', '', undefined]) {
      expect(() => http.readInferAnswer(request, body, length)).toThrow();
    }
  });

  it('ends with an answer or an error, whatever it is given', () => {
    fc.assert(
      fc.property(
        bytesToEnd,
        fc.oneof(fc.string(), fc.nat(300).map(String), fc.constant(undefined)),
        (body, length) => {
          expect(() => http.readInferAnswer(request, body, length)).toThrow(Error);
          expect(typeof http.readError(body)).toBe('string');
        },
      ),
    );
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(typeof http.readError(Buffer.from(json))).toBe('string');
        expect(() => http.readInferAnswer(request, Buffer.from(json))).toThrow(Error);
      }),
    );
  });
});

/** A message by what `protoc` would write: packed lists, and fields that nobody here knows. */
const tensor = (name: string, datatype: string, shape: readonly number[]) =>
  new ProtoWriter().string(1, name).string(2, datatype).bytes(3, Uint8Array.from(shape));

describe('the messages of GRPCInferenceService', () => {
  it('writes a request by the field numbers of open_inference_grpc.proto', () => {
    const fields = [...protoFields(grpc.inferMessage(request, 1500))];
    expect(fields.map(({ field }) => field)).toEqual([1, 4, 5, 5, 6, 7, 7]);
    expect(protoText(fields[0]!)).toBe('mymodel');
    const [key, value] = [...protoFields(fields[1]!.bytes!)];
    expect(protoText(key!)).toBe('timeout');
    expect([...protoFields(value!.bytes!)]).toEqual([{ field: 2, bytes: null, int: 1500n }]);
    const [name, datatype, ...shape] = [...protoFields(fields[2]!.bytes!)];
    expect([protoText(name!), protoText(datatype!)]).toEqual(['input0', 'INT32']);
    expect(shape.flatMap((side) => [...protoInts(side)])).toEqual([2, 2]);
    expect(Buffer.from(fields[6]!.bytes!)).toEqual(bytes(Float32Array.of(0.5, -1, 2)));
    expect(fields[5]!.bytes).toHaveLength(16);
  });

  const answer = (shape = [3, 2], data = bytes(VALUES)) =>
    new ProtoWriter()
      .string(1, 'mymodel')
      .message(5, tensor('output0', 'FP32', shape))
      .bytes(6, data);

  it('reads an answer', () => {
    expect(grpc.readInferAnswer(request, answer().finish())).toEqual(VALUES);
    // Fields of later versions, of every wire type.
    const later = Buffer.concat([
      answer().finish(),
      new ProtoWriter().int(99, -5).float(98, 1).string(97, 'x').finish(),
    ]);
    expect(grpc.readInferAnswer(request, later)).toEqual(VALUES);
  });

  it.each([
    ['another shape', answer([2, 3])],
    ['too few bytes', answer([3, 2], bytes(VALUES).subarray(4))],
    ['two outputs', answer().bytes(6, bytes(VALUES))],
    ['typed contents', new ProtoWriter().message(5, tensor('output0', 'FP32', [3, 2]))],
    ['a tensor with very many sides', answer(Array.from({ length: 50 }, () => 1))],
    ['nothing', new ProtoWriter()],
  ])('refuses %s', (_, message) => {
    expect(() => grpc.readInferAnswer(request, message.finish())).toThrow(RangeError);
  });

  it('reads metadata, with sides that may be anything', () => {
    const any = new ProtoWriter().string(1, 'crops').string(2, 'FP32').ints(3, [-1, 48]);
    const message = new ProtoWriter()
      .string(1, 'mymodel')
      .message(4, any)
      .message(5, tensor('encoded', 'FP32', [64]));
    expect(grpc.readMetadata(message.finish())).toEqual({
      inputs: [{ name: 'crops', datatype: 'FP32', shape: [-1, 48] }],
      outputs: [{ name: 'encoded', datatype: 'FP32', shape: [64] }],
    });
  });

  it('says of a server that it is ready only where it says so', () => {
    expect(grpc.readReady(new ProtoWriter().int(1, 1).finish())).toBe(true);
    expect(grpc.readReady(new Uint8Array(0))).toBe(false);
    expect(grpc.readReady(new ProtoWriter().int(2, 1).finish())).toBe(false);
  });

  it('ends with an answer or a RangeError, whatever it is given', () => {
    const read = (make: () => unknown): void => {
      try {
        make();
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    };
    fc.assert(
      fc.property(bytesToEnd, fc.nat(300), fc.nat(255), (noise, at, byte) => {
        const broken = Uint8Array.from(answer().finish());
        broken[at % broken.length] = byte;
        for (const message of [noise, broken, broken.subarray(0, at % broken.length)]) {
          read(() => grpc.readInferAnswer(request, message));
          read(() => grpc.readMetadata(message));
          read(() => grpc.readReady(message));
        }
      }),
    );
  });

  it('reads every integer that is written', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        const [field] = [...protoFields(new ProtoWriter().int(1, value).finish())];
        expect([...protoInts(field!)]).toEqual([value]);
      }),
    );
  });
});
