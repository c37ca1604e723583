import { describe, expect, it } from 'vitest';
import { ProtoWriter } from '../../src/common/onnx/proto-writer.js';

const hex = (writer: ProtoWriter): string => Buffer.from(writer.finish()).toString('hex');

/** The examples of https://protobuf.dev/programming-guides/encoding. */
describe('a protocol buffer', () => {
  it('has integers as varints', () => {
    expect(hex(new ProtoWriter().int(1, 150))).toBe('089601');
  });

  it('has negative integers in ten bytes', () => {
    expect(hex(new ProtoWriter().int(1, -2))).toBe('08feffffffffffffffff01');
  });

  it('has strings with their length', () => {
    expect(hex(new ProtoWriter().string(2, 'testing'))).toBe('120774657374696e67');
  });

  it('has messages within messages', () => {
    expect(hex(new ProtoWriter().message(3, new ProtoWriter().int(1, 150)))).toBe('1a03089601');
  });

  it('has repeated integers one after the other', () => {
    expect(hex(new ProtoWriter().string(4, 'hello').ints(6, [1, 2, 3]))).toBe('220568656c6c6f300130023003');
  });
});
