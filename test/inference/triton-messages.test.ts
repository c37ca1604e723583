import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtoWriter } from '../../src/common/onnx/proto-writer.js';
import { grpcInferenceService } from '../../src/inference/triton/grpc-service.js';
import { inferMessage, readInferAnswer } from '../../src/inference/triton/grpc-transport.js';
import * as http from '../../src/inference/triton/http-messages.js';
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

/** A message by what `protoc` would write: packed lists. */
const tensor = (name: string, datatype: string, shape: readonly number[]) =>
  new ProtoWriter().string(1, name).string(2, datatype).bytes(3, Uint8Array.from(shape));

describe('the messages of GRPCInferenceService', () => {
  const { ModelInfer, ModelMetadata, ModelReady } = grpcInferenceService;
  const read = (message: ProtoWriter | Uint8Array) =>
    readInferAnswer(
      request,
      ModelInfer.responseDeserialize(Buffer.from(message instanceof ProtoWriter ? message.finish() : message)),
    );

  it('writes a request by the field numbers of open_inference_grpc.proto', () => {
    const parameter = new ProtoWriter().string(1, 'timeout').message(2, new ProtoWriter().int(2, 1500));
    const expected = new ProtoWriter().string(1, 'mymodel').message(4, parameter);
    expected.message(5, tensor('input0', 'INT32', [2, 2])).message(5, tensor('input1', 'FP32', [3]));
    expected.message(6, new ProtoWriter().string(1, 'output0'));
    for (const { values } of request.inputs) expected.bytes(7, bytes(values as Float32Array));
    expect(ModelInfer.requestSerialize(inferMessage(request, 1500))).toEqual(Buffer.from(expected.finish()));
    expect(ModelInfer.path).toBe('/inference.GRPCInferenceService/ModelInfer');
  });

  const answer = (shape = [3, 2], data = bytes(VALUES)) =>
    new ProtoWriter()
      .string(1, 'mymodel')
      .message(5, tensor('output0', 'FP32', shape))
      .bytes(6, data);

  it('reads an answer, with fields of later versions', () => {
    expect(read(answer())).toEqual(VALUES);
    expect(read(answer().int(99, -5).float(98, 1).string(97, 'x'))).toEqual(VALUES);
  });

  it.each([
    ['another shape', answer([2, 3])],
    ['too few bytes', answer([3, 2], bytes(VALUES).subarray(4))],
    ['two outputs', answer().bytes(6, bytes(VALUES))],
    ['typed contents', new ProtoWriter().message(5, tensor('output0', 'FP32', [3, 2]))],
    ['a tensor with very many sides', answer(Array.from({ length: 50 }, () => 1))],
    ['nothing', new ProtoWriter()],
  ])('refuses %s', (_, message) => {
    expect(() => read(message)).toThrow(RangeError);
  });

  it('reads metadata, with sides that may be anything', () => {
    const any = new ProtoWriter().string(1, 'crops').string(2, 'FP32').ints(3, [-1, 48]);
    const message = new ProtoWriter()
      .string(1, 'mymodel')
      .message(4, any)
      .message(5, tensor('encoded', 'FP32', [64]));
    expect(ModelMetadata.responseDeserialize(Buffer.from(message.finish()))).toEqual({
      inputs: [{ name: 'crops', datatype: 'FP32', shape: [-1, 48] }],
      outputs: [{ name: 'encoded', datatype: 'FP32', shape: [64] }],
    });
  });

  it('says of a server that it is ready only where it says so', () => {
    const ready = (message: ProtoWriter) => ModelReady.responseDeserialize(Buffer.from(message.finish())).ready;
    expect([new ProtoWriter().int(1, 1), new ProtoWriter(), new ProtoWriter().int(2, 1)].map(ready)).toEqual([
      ...[true, false, false],
    ]);
  });

  it('ends with an answer or an error, whatever it is given', () => {
    const whole = answer().finish();
    fc.assert(
      fc.property(bytesToEnd, fc.nat(whole.length - 1), fc.nat(255), (noise, at, byte) => {
        const broken = Uint8Array.from(whole);
        broken[at] = byte;
        for (const message of [noise, broken, broken.subarray(0, at)]) {
          try {
            expect(read(message)).toHaveLength(VALUES.length);
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
        }
      }),
    );
  });
});
