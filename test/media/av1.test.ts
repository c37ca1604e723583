import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeVideo, packetizeAv1, writeRtp } from '../../bench/support/index.js';
import { splitTemporalUnit } from '../../bench/support/packetize-layered.js';
import { AV1_CONTINUITY } from '../../src/media/av1-continuity.js';
import { Av1Depacketizer } from '../../src/media/av1-depacketizer.js';
import { readAv1Frame } from '../../src/media/av1-frame.js';
import { readObus } from '../../src/media/av1-obu.js';
import { parseAv1Payload } from '../../src/media/av1-payload.js';
import { readAv1Sequence } from '../../src/media/av1-sequence.js';
import { readLeb128, writeLeb128 } from '../../src/media/leb128.js';
import { VideoDecoder } from '../../src/media/video-decoder.js';
import { VIDEO_CODECS } from '../../src/media/video-codecs.js';
import { bitsOf } from './support/bits.js';
import { EPOCH, videoReceiver } from './support/drive.js';
import { drawMoving, psnrOfMoving } from './support/moving-picture.js';

const [SEQUENCE, DELIMITER, FRAME, METADATA, TILE_LIST, PADDING] = [1, 2, 6, 5, 8, 15];
/** A unit as it stands in an RTP element: without its size. */
const unit = (type: number, data: readonly number[], layers?: { temporal: number; spatial: number }): Uint8Array =>
  Uint8Array.from([
    (type << 3) | (layers ? 4 : 0),
    ...(layers ? [(layers.temporal << 5) | (layers.spatial << 3)] : []),
    ...data,
  ]);
/** The same in a low-overhead bitstream (AV1 §5.2). */
const sized = (octets: Uint8Array): number[] => {
  const head = (octets[0]! & 4) !== 0 ? 2 : 1;
  const size = octets.length - head;
  return [octets[0]! | 2, ...octets.subarray(1, head), ...writeLeb128(size), ...octets.subarray(head)];
};
const temporalUnit = (...units: Uint8Array[]): Uint8Array => Uint8Array.from([0x12, 0, ...units.flatMap(sized)]);
const prefixed = (octets: Uint8Array): number[] => [...writeLeb128(octets.length), ...octets];

/** A key frame that is shown, and a frame that builds on others. */
const KEY = unit(FRAME, [0x10, 1, 2, 3]);
const INTER = unit(FRAME, [0x30, 1, 2, 3]);
const HEADER = unit(SEQUENCE, [0, 0, 0, 0x0a, 0x0b]);

function depacketize(...payloads: number[][]) {
  const depacketizer = new Av1Depacketizer();
  for (const payload of payloads) if (!depacketizer.add(Uint8Array.from(payload))) return 'refused';
  return depacketizer.finish();
}

it('leb128 goes there and back (AV1 §4.10.5)', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (value) => {
      const octets = writeLeb128(value);
      expect(readLeb128(octets, 0)).toEqual({ value, end: octets.length });
      expect(readLeb128(octets.subarray(0, -1), 0)).toBeNull();
    }),
  );
  // More octets than needed are allowed; numbers of more than 32 bits are not.
  expect(readLeb128(Uint8Array.of(0x85, 0x80, 0x80, 0x00), 0)).toEqual({ value: 5, end: 4 });
  expect(readLeb128(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x10), 0)).toBeNull();
  expect(readLeb128(new Uint8Array(9).fill(0x80), 0)).toBeNull();
});

describe('AV1 over RTP (payload format v1.0.0, §4.4)', () => {
  const whole = { data: temporalUnit(HEADER, KEY), keyFrame: true, layer: 0, layerSync: false };

  it.each<[string, number[][]]>([
    ['a packet of two elements (W 2)', [[0x28, ...prefixed(HEADER), ...KEY]]],
    ['a packet of elements with their lengths (W 0)', [[0x08, ...prefixed(HEADER), ...prefixed(KEY)]]],
    [
      'an element each (W 1)',
      [
        [0x18, ...HEADER],
        [0x10, ...KEY],
      ],
    ],
    ['three (W 3), one of them padding', [[0x38, ...prefixed(HEADER), ...prefixed(unit(PADDING, [1, 2])), ...KEY]]],
    [
      'a unit cut in two (Y, Z)',
      [
        [0x68, ...prefixed(HEADER), ...KEY.subarray(0, 2)],
        [0x90, ...KEY.subarray(2)],
      ],
    ],
    [
      'a unit cut in five',
      [
        [0x58, ...HEADER.subarray(0, 3)],
        [0xd0, HEADER[3]!],
        [0xa0, ...prefixed(HEADER.subarray(4)), ...KEY],
      ],
    ],
    ['units that have their size', [[0x28, ...prefixed(Uint8Array.from(sized(HEADER))), ...sized(KEY)]]],
    [
      'a delimiter, a tile list and metadata beside them',
      [
        [0x08, ...[unit(DELIMITER, []), HEADER, unit(TILE_LIST, [1]), unit(METADATA, [1, 2])].flatMap(prefixed)],
        [0x10, ...KEY],
      ],
    ],
  ])('%s is the same temporal unit', (_name, payloads) => {
    expect(depacketize(...payloads)).toEqual(whole);
  });

  it.each<[string, number[][]]>([
    ['nothing', [[]]],
    ['no element', [[0x10]]],
    ['fewer elements than are told', [[0x30, ...prefixed(HEADER)]]],
    ['an element of no octet', [[0x00, 0, ...prefixed(KEY)]]],
    ['an element that is longer than its packet', [[0x00, 9, ...KEY]]],
    ['a continuation of nothing (Z)', [[0x90, ...KEY]]],
    [
      'a sequence that begins in the middle of a unit (Z, N)',
      [
        [0x50, ...KEY.subarray(0, 2)],
        [0x98, ...KEY.subarray(2)],
      ],
    ],
    [
      'no continuation where one was told (Y)',
      [
        [0x50, ...KEY.subarray(0, 2)],
        [0x10, ...KEY],
      ],
    ],
    ['a forbidden bit', [[0x10, 0x80 | KEY[0]!, 1, 2]]],
    ['a size beyond its element', [[0x10, KEY[0]! | 2, 9, 1, 2]]],
  ])('%s is refused', (_name, payloads) => {
    expect(depacketize(...payloads)).toBe('refused');
  });

  it('a picture that ends in the middle of a unit, or has no frame, is none', () => {
    expect(depacketize([0x18, ...HEADER], [0x50, ...KEY.subarray(0, 3)])).toBe('malformed');
    expect(depacketize([0x18, ...HEADER])).toBe('malformed');
  });

  it('a key frame whose sequence header came before gets it, and without one there is no picture', () => {
    const depacketizer = new Av1Depacketizer();
    depacketizer.add(Uint8Array.from([0x10, ...KEY]));
    expect(depacketizer.finish()).toBe('no-parameters');
    depacketizer.add(Uint8Array.from([0x18, ...HEADER]));
    expect(depacketizer.hasPicture).toBe(false);
    depacketizer.reset();
    depacketizer.add(Uint8Array.from([0x10, ...KEY]));
    expect(depacketizer.finish()).toEqual(whole);
    depacketizer.add(Uint8Array.from([0x10, ...INTER]));
    expect(depacketizer.finish()).toMatchObject({ data: temporalUnit(INTER), keyFrame: false });
  });

  it('comes out as it went in, however it is cut', () => {
    const units = fc.array(fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 300 }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(units, fc.infiniteStream(fc.integer({ min: 1, max: 120 })), (contents, cuts) => {
        const all = [HEADER, ...contents.map((content) => unit(FRAME, [0x10, ...content]))];
        const payloads: number[][] = [];
        let pieces: Uint8Array[] = [];
        let continues = false;
        const flush = (goesOn: boolean): void => {
          payloads.push([(continues ? 0x80 : 0) | (goesOn ? 0x40 : 0), ...pieces.flatMap(prefixed)]);
          pieces = [];
          continues = goesOn;
        };
        for (const octets of all) {
          for (let at = 0; at < octets.length;) {
            const { value } = cuts.next();
            pieces.push(octets.subarray(at, at + value));
            at += value;
            if (at < octets.length || value % 3 === 0) flush(at < octets.length);
          }
        }
        if (pieces.length > 0) flush(false);
        expect(depacketize(...payloads)).toEqual({ ...whole, data: temporalUnit(...all) });
      }),
    );
  });

  it('a sequence header behind a frame is not of it', () => {
    expect(depacketize([0x20, ...prefixed(KEY), ...HEADER])).toBe('no-parameters');
    // As encoders have it whose layers are coded apart.
    const upper = unit(FRAME, [0x10, 1, 2, 3], { temporal: 0, spatial: 1 });
    expect(depacketize([0x08, ...[HEADER, KEY, HEADER, upper].flatMap(prefixed)])).toEqual(whole);
  });

  it('keeps no more units than a picture can have', () => {
    const crumbs = [0x00, ...Array.from({ length: 200 }, () => prefixed(INTER)).flat()];
    expect(depacketize(...Array<number[]>(5).fill(crumbs))).toMatchObject({ keyFrame: false });
    expect(depacketize(...Array<number[]>(6).fill(crumbs))).toBe('refused');
    expect(
      parseAv1Payload(Uint8Array.from([0, ...Array.from({ length: 257 }, () => prefixed(KEY)).flat()])),
    ).toBeNull();
  });

  it('of whatever octets, nothing is thrown', () => {
    const octets = fc.uint8Array({ maxLength: 40 });
    fc.assert(
      fc.property(fc.array(octets, { maxLength: 10 }), (payloads) => {
        const depacketizer = new Av1Depacketizer();
        for (const payload of payloads) {
          depacketizer.begins(payload);
          depacketizer.add(payload);
          AV1_CONTINUITY.needsNone({ payload }, 1);
        }
        const picture = depacketizer.finish();
        if (typeof picture === 'string') return;
        expect(readObus(picture.data)).not.toBeNull();
        VIDEO_CODECS.AV1.sizes().read(picture.data, true);
      }),
      { numRuns: 2000 },
    );
    fc.assert(fc.property(octets, (data) => void readAv1Sequence(data)));
    fc.assert(fc.property(octets, (data) => void VIDEO_CODECS.AV1.sizes().read(data, true)));
  });

  it('only a packet that begins a sequence needs nothing of what is missing before it', () => {
    const needsNone = (octets: number[]) => AV1_CONTINUITY.needsNone({ payload: Uint8Array.from(octets) }, 3);
    expect(needsNone([0x18, ...HEADER])).toBe(true);
    expect(needsNone([0x10, ...HEADER])).toBe(false);
    expect(needsNone([0x10, ...INTER])).toBe(false);
  });
});

/** A sequence header whose frames may say sizes in 16 bits each, and whose largest is 320×192 (AV1 §5.5.1). */
const sequence = ({ profile = 0, still = '0', deep = '0', mono = '0' } = {}): Uint8Array =>
  unit(SEQUENCE, [
    ...bitsOf(
      ...([[profile, 3], still, still] as (string | [number, number])[]),
      ...(still === '1' ? ['00000'] : ['0', '0', '00000', '000000000000', '00000']),
      ...([
        [15, 4],
        [15, 4],
        [319, 16],
        [191, 16],
      ] as [number, number][]),
      ...(still === '1' ? ['000'] : ['0', '000', '0000', '0', '0', '0']), // no ids, no order hints; screen content: never
      '000',
      deep,
      mono,
      '0',
      '0',
      '00',
      '0',
      '1',
    ),
  ]);
/** A key frame with a size of its own (§5.9.2). */
const keyFrame = (width: number, height: number): Uint8Array =>
  unit(FRAME, [
    ...bitsOf('0', '00', '1', '0', '1', [width - 1, 16], [height - 1, 16], '00000000'),
    ...Array(20).fill(7),
  ]);

/** The same, of which nothing is shown: it takes the places of `refreshes`. */
const hiddenKeyFrame = (width: number, height: number, refreshes: number): Uint8Array =>
  unit(FRAME, [
    ...bitsOf('0', '00', '0', '1', '1', '0', '1', [refreshes, 8], [width - 1, 16], [height - 1, 16], '00000000'),
    ...Array(20).fill(7),
  ]);
/** A frame without a size of its own: found_ref, or with one that takes the places of `refreshes`. */
const interFrame = (refreshes: number, size?: [number, number]): number[] => [
  ...bitsOf(
    ...(['0', '01', '1', '0', '0', '1', '000', [refreshes, 8], [0, 21]] as (string | [number, number])[]),
    ...(size ? ['0000000', ...size.map((side): [number, number] => [side - 1, 16])] : ['1']),
    '00000000',
  ),
  ...Array<number>(20).fill(7),
];

describe('the size of an AV1 picture is known before it is decoded', () => {
  const stream = (width: number, height: number, frames = 3) =>
    encodeVideo({
      codec: 'AV1',
      ...{ width, height, frames, framesPerSecond: 10, keyFrameEvery: 10 },
      draw: drawMoving(width, height),
    });

  it.each([
    [320, 180],
    [161, 91],
    [64, 1000],
    [1280, 720],
  ])('%d×%d as the encoder has it', (width, height) => {
    const sizes = VIDEO_CODECS.AV1.sizes();
    const whole = Math.ceil(width / 8) * 8 * Math.ceil(height / 8) * 8;
    const costs = stream(width, height).map(({ data }) => sizes.read(data, false));
    expect(costs.map((cost) => cost?.pixels)).toEqual([whole, whole, whole]);
    expect(costs[0]?.pictures).toBe(1);
  });

  it('reads of the encoder’s headers what it was told', () => {
    const [first, second] = stream(320, 180);
    const header = readObus(first!.data)!.find(({ type }) => type === SEQUENCE)!;
    const read = readAv1Sequence(header.data)!;
    expect(read).toMatchObject({ ordinary: true, reducedStill: false, maxSize: { width: 320, height: 180 } });
    const frames = [first!, second!].map(({ data }) => readObus(data)!.find(({ type }) => type === FRAME)!);
    expect(frames.map((frame) => readAv1Frame(frame.data, read, frame))).toMatchObject([
      { kind: 'key', shown: true, size: { width: 320, height: 180 } },
      { kind: 'inter', size: { width: 320, height: 180 } },
    ]);
  });

  it('a frame that says a larger size than its sequence allows is taken at its word, and never decoded', () => {
    const read = (...units: Uint8Array[]) => VIDEO_CODECS.AV1.sizes().read(temporalUnit(...units), true);
    expect(read(sequence(), keyFrame(160, 96))?.pixels).toBe(160 * 96);
    expect(read(sequence(), keyFrame(8000, 4000))?.pixels).toBe(8000 * 4000);
    expect(read(sequence(), keyFrame(65_536, 65_536))).toBeNull();
    const { receiver, packet, frames, meter } = videoReceiver('AV1');
    packetizeAv1(temporalUnit(sequence(), keyFrame(8000, 4000))).forEach((payload, i, { length }) => {
      packet(
        writeRtp({ payloadType: 101, ssrc: 7, timestamp: 0, marker: i === length - 1, sequenceNumber: i }, payload),
      );
    });
    receiver.close();
    expect(frames).toEqual([]);
    expect(meter.of('emostream_dropped_total', 'video', 'picture-size')).toBe(1);
    // Were it not for that, the decoder would refuse it.
    const decoder = new VideoDecoder('AV1', { longestSide: 640, maxPixels: 320 * 192 });
    expect(() => decoder.decode(temporalUnit(sequence(), keyFrame(8000, 4000)), 0, () => true)).toThrow(
      'cannot be decoded',
    );
    decoder.close();
  });

  it.each<[string, Uint8Array[]]>([
    ['full planes of colour', [sequence({ profile: 1 }), keyFrame(320, 192)]],
    ['more bits', [sequence({ deep: '1' }), keyFrame(320, 192)]],
    ['no colour', [sequence({ mono: '1' }), keyFrame(320, 192)]],
    ['no sequence', [keyFrame(320, 192)]],
    ['no frame', [sequence()]],
    ['a frame header twice, which may be another', [sequence(), keyFrame(320, 192), unit(7, [0x10, 0])]],
  ])('a picture with %s is refused', (_name, units) => {
    expect(VIDEO_CODECS.AV1.sizes().read(temporalUnit(...units), true)).toBeNull();
  });

  it.each<[string, Uint8Array[]]>([
    ['a frame without its tiles', [unit(3, interFrame(255, [16, 16]))]],
    ['a frame of a layer that is not decoded', [unit(FRAME, interFrame(255, [16, 16]), { temporal: 1, spatial: 0 })]],
    ['frames that take all places', [unit(FRAME, interFrame(255, [16, 16]))]],
    [
      'a key frame that is shown again, then its place is taken (§7.21)',
      [keyFrame(16, 16), hiddenKeyFrame(1280, 720, 8), unit(3, [0b10110000]), unit(FRAME, interFrame(8, [16, 16]))],
    ],
    ['a key frame without its tiles, in the same picture', [unit(3, [...keyFrame(16, 16).subarray(1)])]],
  ])('%s makes no later one cheaper: the decoder may keep what is larger', (_name, units) => {
    const sizes = VIDEO_CODECS.AV1.sizes();
    expect(sizes.read(temporalUnit(sequence(), keyFrame(1280, 720)), true)?.pixels).toBe(1280 * 720);
    // No key frame stands at the beginning of it, so that the decoder stays.
    sizes.read(temporalUnit(unit(FRAME, interFrame(0, [16, 16])), ...units), false);
    expect(sizes.read(temporalUnit(unit(FRAME, interFrame(0))), false)).toMatchObject({ pixels: 1280 * 720 });
  });

  it('of which a smaller one at a key frame is for a new decoder', () => {
    const sizes = VIDEO_CODECS.AV1.sizes();
    const read = (...units: Uint8Array[]) => sizes.read(temporalUnit(...units), true);
    expect(read(sequence(), keyFrame(320, 192))).toEqual({ pixels: 61_440, pictures: 1, afresh: false });
    expect(read(sequence(), keyFrame(160, 96))).toEqual({ pixels: 15_360, pictures: 1, afresh: true });
    expect(read(sequence(), keyFrame(160, 96))?.afresh).toBe(false);
    expect(read(unit(FRAME, interFrame(0)))).toEqual({ pixels: 15_360, pictures: 1, afresh: false });
    expect(read(sequence(), keyFrame(320, 192))).toEqual({ pixels: 61_440, pictures: 1, afresh: false });
  });

  it('as a decoder passes over a frame without tiles, and keeps what it had', () => {
    const [width, height] = [320, 192];
    const [key, second] = stream(width, height);
    const decoder = new VideoDecoder('AV1', { longestSide: 640 });
    expect(decoder.decode(key!.data, 0, () => true)).toHaveLength(1);
    const { data } = readObus(key!.data)!.find(({ type }) => type === FRAME)!;
    expect(decoder.decode(temporalUnit(unit(3, [...data.subarray(0, 40)])), 1, () => true)).toEqual([]);
    const [picture] = decoder.decode(second!.data, 2, () => true);
    decoder.close();
    expect(psnrOfMoving(picture!, 1)).toBeGreaterThan(30);
  });

  it('a sequence header that decoders read differently is refused, and one behind a frame', () => {
    // num_ticks_per_picture_minus_1 of 32 zeros and more (§4.10.3): a decoder stops there, the standard reads on.
    const clock = (zeros: number) =>
      bitsOf('000', '0', '0', '1', [1, 32], [1, 32], '1', '0'.repeat(zeros), [1, 1], [0, zeros], '0', [0, 400]);
    expect(readAv1Sequence(clock(31))).not.toBeNull();
    expect(readAv1Sequence(clock(32))).toBeNull();
    const read = (...units: Uint8Array[]) => VIDEO_CODECS.AV1.sizes().read(temporalUnit(...units), true);
    expect(read(sequence(), keyFrame(320, 192), sequence())).toBeNull();
  });

  it('several frames of one picture are paid for', () => {
    const sizes = VIDEO_CODECS.AV1.sizes();
    const picture = temporalUnit(sequence(), keyFrame(320, 192), keyFrame(160, 96));
    expect(sizes.read(picture, true)).toEqual({ pixels: 61_440, pictures: 2, afresh: false });
  });

  it('the decoder itself takes none that is larger than allowed', () => {
    const decoder = new VideoDecoder('AV1', { longestSide: 640, maxPixels: 320 * 180 - 1 });
    expect(() => decoder.decode(stream(320, 180, 1)[0]!.data, 0, () => true)).toThrow('cannot be decoded');
    decoder.close();
  });
});

describe('AV1 in spatial layers', () => {
  const FRAMES = 20;
  const stream = (width: number, height: number) =>
    encodeVideo({
      codec: 'AV1',
      ...{ width, height, framesPerSecond: 10, frames: FRAMES, keyFrameEvery: 10 },
      draw: drawMoving(width, height),
    });
  /** The same units under a spatial layer; the sequence says that there are two (operating_point_idc, bits 12 to 23 of SVT's). */
  const layered = (data: Uint8Array, spatial: number): Uint8Array[] =>
    splitTemporalUnit(data)
      .filter(({ type }) => type === SEQUENCE || type === FRAME)
      .map(({ type, octets }) => {
        if (type === FRAME) return unit(type, [...octets.subarray(1)], { temporal: 0, spatial });
        const bits = [...octets.subarray(1)].map((octet) => octet.toString(2).padStart(8, '0')).join('');
        return unit(type, [...bitsOf(bits.slice(0, 12), [0x301, 12], bits.slice(24))]);
      });
  const [low, high] = [stream(160, 96), stream(320, 192)];

  it.each([
    ['the lowest', 0, 160],
    // Its sequence begins in a picture whose lowest frame is of the upper layer.
    ['the upper where there is no lower', FRAMES, 320],
    ['the lower again from a new sequence on', 10, null],
  ])('%s comes out at once, whole', (_name, lowFrom, width) => {
    const { receiver, frames, packet, state, meter } = videoReceiver('AV1');
    let sequenceNumber = 0;
    for (let index = 0; index < FRAMES; index++) {
      state.now = EPOCH + index * 100;
      const lower = index < lowFrom ? [] : layered(low[index]!.data, 0);
      // The sequence stands once, before the lowest.
      const upper = layered(high[index]!.data, 1).filter((_, i, { length }) => lower.length === 0 || i === length - 1);
      const data = temporalUnit(...lower, ...upper);
      const payloads = packetizeAv1(data);
      payloads.forEach((payload, i) => {
        const head = { payloadType: 101, ssrc: 7, timestamp: index * 9000, marker: i === payloads.length - 1 };
        packet(writeRtp({ ...head, sequenceNumber: sequenceNumber++ }, payload));
      });
      expect(frames).toHaveLength(index + 1);
    }
    receiver.close();
    const widths = frames.map((frame) => frame.width);
    expect(widths).toEqual(low.map((_, index) => width ?? (index < 10 ? 320 : 160)));
    const psnr = frames.map((frame, index) => psnrOfMoving(frame, index));
    expect(Math.min(...psnr)).toBeGreaterThan(30);
    expect(meter.total('emostream_dropped_total')).toBe(0);
    expect(state.keyFrameRequests).toBe(0);
  });
});
