import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeRtp } from '../../bench/support/index.js';
import { parseRtp } from '../../src/media/rtp-packet.js';
import { SerialUnwrapper } from '../../src/media/serial-number.js';

const fields = fc.record({
  payloadType: fc.integer({ min: 0, max: 127 }),
  marker: fc.boolean(),
  sequenceNumber: fc.integer({ min: 0, max: 0xffff }),
  timestamp: fc.integer({ min: 0, max: 0xffff_ffff }),
  ssrc: fc.integer({ min: 0, max: 0xffff_ffff }),
});

describe('parseRtp', () => {
  it('reads what was written', () => {
    fc.assert(
      fc.property(fields, fc.uint8Array({ maxLength: 1200 }), (header, payload) => {
        expect(parseRtp(writeRtp(header, payload))).toEqual({ ...header, payload: Buffer.from(payload) });
      }),
    );
  });

  it('passes over contributing sources, the header extension and padding', () => {
    const header = { payloadType: 96, marker: true, sequenceNumber: 1, timestamp: 2, ssrc: 3 };
    const plain = writeRtp(header, Uint8Array.of());
    plain[0] = 0x80 | 0x20 | 0x10 | 2; // padding, extension, two sources
    const sources = Buffer.alloc(8, 9);
    const extension = Buffer.from([0xbe, 0xde, 0, 1, 0x10, 7, 0, 0]);
    const packet = Buffer.concat([plain, sources, extension, Buffer.from([5, 6]), Buffer.from([0, 0, 3])]);
    expect(parseRtp(packet)?.payload).toEqual(Buffer.from([5, 6]));
  });

  it('has an empty payload for a padding-only packet', () => {
    const packet = writeRtp(
      { payloadType: 96, marker: false, sequenceNumber: 1, timestamp: 2, ssrc: 3 },
      Buffer.from([0, 2]),
    );
    packet[0] = 0xa0;
    expect(parseRtp(packet)?.payload).toHaveLength(0);
  });

  it('refuses other versions, a packet that is cut short and impossible padding', () => {
    const packet = writeRtp(
      { payloadType: 96, marker: false, sequenceNumber: 1, timestamp: 2, ssrc: 3 },
      Buffer.from([1]),
    );
    expect(parseRtp(packet.subarray(0, 11))).toBeNull();
    const with0 = (first: number) => Buffer.from([first, ...packet.subarray(1)]);
    expect(parseRtp(with0(0x40))).toBeNull();
    expect(parseRtp(with0(0x8f))).toBeNull(); // 15 sources that are not there
    expect(parseRtp(with0(0x90))).toBeNull(); // an extension that is not there
    expect(parseRtp(Buffer.from([...with0(0xa0).subarray(0, 12), 2]))).toBeNull(); // two of one octet
    expect(parseRtp(Buffer.from([...with0(0xa0).subarray(0, 12), 0]))).toBeNull();
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (data) => {
        if (data.length > 0) data[0] = 0x80 | ((data[0] as number) & 0x3f);
        const packet = parseRtp(data);
        if (packet) expect(packet.payload.length).toBeLessThanOrEqual(data.length - 12);
      }),
    );
  });
});

describe('SerialUnwrapper', () => {
  it.each([16, 32])('follows a counter of %i bits through wraps and reordering', (bits) => {
    const modulus = 2 ** bits;
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: modulus - 1 }),
        fc.array(fc.integer({ min: -(modulus / 2) + 1, max: modulus / 2 - 1 }), { maxLength: 30 }),
        (start, steps) => {
          const unwrap = new SerialUnwrapper(bits);
          let truth = start;
          expect(unwrap.next(start)).toBe(start);
          for (const step of steps) {
            truth += step;
            expect(unwrap.next(((truth % modulus) + modulus) % modulus)).toBe(truth);
          }
        },
      ),
    );
  });
});
