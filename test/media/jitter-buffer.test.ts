import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JitterBuffer, type JitterDrop, type JitterOutput } from '../../src/media/jitter-buffer.js';

interface Packet {
  sequenceNumber: number;
  ssrc: number;
  /** Its place in the stream, which the buffer does not see. */
  index: number;
}

function setUp(options: { waitMs?: number; capacity?: number } = {}) {
  const drops: JitterDrop[] = [];
  const buffer = new JitterBuffer<Packet>({
    waitMs: options.waitMs ?? 80,
    capacity: options.capacity ?? 100,
    onDrop: (reason) => drops.push(reason),
  });
  return { buffer, drops };
}

const packet = (index: number, ssrc = 1): Packet => ({ sequenceNumber: (65_500 + index) & 0xffff, ssrc, index });
const indices = (outputs: JitterOutput<Packet>[]) =>
  outputs.map((output) =>
    output.type === 'packet' ? output.packet.index : output.type === 'lost' ? `lost ${String(output.count)}` : 'reset',
  );

describe('JitterBuffer', () => {
  it('hands on packets in order at once, also across the wrap', () => {
    const { buffer } = setUp();
    for (let i = 0; i < 200; i++) expect(indices(buffer.process(packet(i), i))).toEqual([i]);
    expect(buffer.deadline).toBeNull();
  });

  it('holds back what follows a missing packet until it comes', () => {
    const { buffer } = setUp();
    buffer.process(packet(0), 0);
    expect(indices(buffer.process(packet(2), 10))).toEqual([]);
    expect(indices(buffer.process(packet(3), 11))).toEqual([]);
    expect(buffer.deadline).toBe(90);
    expect(indices(buffer.process(packet(1), 20))).toEqual([1, 2, 3]);
  });

  it('gives a missing packet up after the wait, and says how many were lost', () => {
    const { buffer, drops } = setUp();
    buffer.process(packet(0), 0);
    buffer.process(packet(3), 10);
    buffer.process(packet(6), 50);
    expect(indices(buffer.expire(89))).toEqual([]);
    expect(indices(buffer.expire(90))).toEqual(['lost 2', 3]);
    expect(indices(buffer.process(packet(7), 130))).toEqual(['lost 2', 6, 7]);
    buffer.process(packet(2), 131);
    buffer.process(packet(7), 132);
    expect(drops).toEqual(['late', 'duplicate']);
  });

  it('gives the oldest gap up when it is full', () => {
    const { buffer } = setUp({ capacity: 3 });
    buffer.process(packet(0), 0);
    for (const i of [2, 3, 5]) expect(indices(buffer.process(packet(i), 1))).toEqual([]);
    expect(indices(buffer.process(packet(6), 1))).toEqual(['lost 1', 2, 3]);
    expect(buffer.size).toBe(2);
  });

  it('starts again with a new SSRC, and drops stragglers of the old', () => {
    const { buffer, drops } = setUp();
    buffer.process(packet(0), 0);
    expect(indices(buffer.process(packet(1000, 2), 1))).toEqual(['reset', 1000]);
    expect(indices(buffer.process(packet(1, 1), 2))).toEqual([]);
    expect(drops).toEqual(['old-stream']);
  });

  it('follows a sequence that jumped once two packets agree, and not a single stray', () => {
    const { buffer, drops } = setUp();
    buffer.process(packet(0), 0);
    expect(indices(buffer.process(packet(20_000), 1))).toEqual([]);
    expect(indices(buffer.process(packet(1), 2))).toEqual([1]);
    expect(indices(buffer.process(packet(20_001), 3))).toEqual([]);
    expect(indices(buffer.process(packet(20_002), 4))).toEqual(['reset', 20_002]);
    expect(drops).toEqual(['discontinuity', 'discontinuity']);
  });

  it('keeps order, loses nothing uncounted and stays within its bound, whatever the network does', () => {
    const disorder = fc.array(
      fc.record({
        delay: fc.integer({ min: 0, max: 150 }),
        lost: fc.boolean().chain((maybe) => (maybe ? fc.boolean() : fc.constant(false))),
        twice: fc.boolean(),
      }),
      { minLength: 1, maxLength: 120 },
    );
    fc.assert(
      fc.property(
        disorder,
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 0, max: 100 }),
        (fates, capacity, waitMs) => {
          const { buffer, drops } = setUp({ capacity, waitMs });
          const arrivals = fates.flatMap(({ delay, lost, twice }, index) => {
            const at = index * 5 + delay;
            const copies = twice
              ? [
                  { index, at },
                  { index, at: at + 40 },
                ]
              : [{ index, at }];
            return lost ? [] : copies;
          });
          arrivals.sort((a, b) => a.at - b.at);
          const outputs: JitterOutput<Packet>[] = [];
          for (const { index, at } of arrivals) {
            outputs.push(...buffer.process(packet(index), at));
            expect(buffer.size).toBeLessThanOrEqual(capacity);
          }
          outputs.push(...buffer.expire(Infinity));
          expect(buffer.size).toBe(0);
          let next = arrivals[0]?.index ?? 0;
          let handedOn = 0;
          for (const output of outputs) {
            if (output.type === 'packet') {
              expect(output.packet.index).toBe(next);
              next++;
              handedOn++;
            } else if (output.type === 'lost') {
              next += output.count;
            }
          }
          expect(handedOn + drops.length).toBe(arrivals.length);
        },
      ),
    );
  });
});
