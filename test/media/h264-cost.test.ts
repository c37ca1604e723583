import { describe, expect, it } from 'vitest';
import { encodeVideo } from '../../bench/support/index.js';
import { packetizeH264 } from '../../bench/support/packetize.js';
import { H264Depacketizer } from '../../src/media/h264-depacketizer.js';
import { VIDEO_CODECS } from '../../src/media/video-codecs.js';
import { videoReceiver } from './support/drive.js';
import { drawMoving } from './support/moving-picture.js';
import { BASELINE, byte, nalUnit, pictureParameters, sequenceParameters, slice } from './support/nal-bits.js';

const [COLUMNS, ROWS] = [80, 45];
const MACROBLOCKS = COLUMNS * ROWS;
const SETS = [
  nalUnit(0x67, ...BASELINE, 0, 0, 2, 1, '0', COLUMNS - 1, ROWS - 1, '1', '1', '0', '0'),
  nalUnit(0x68, 0, 0, '0', '0', 0, 0, 0, '0', '00', 0, 0, 0, '1', '0', '0'),
];
/** Grey: each macroblock is predicted and has no residue. Without the deblocking filter, as are the others. */
const KEY = nalUnit(0x65, 0, 7, 0, '0000', 0, '0', '0', 0, 1, '00100111'.repeat(MACROBLOCKS));
/** From a macroblock to the end of the picture all is as it was. */
const copies = (first: number): Uint8Array =>
  nalUnit(0x61, first, 5, 0, '0001', '0', '0', '0', 0, 1, MACROBLOCKS - first);

const annexB = (units: readonly Uint8Array[]): Buffer =>
  Buffer.concat(units.flatMap((unit) => [Buffer.of(0, 0, 1), unit]));
const stapA = (units: readonly Uint8Array[]): Buffer =>
  Buffer.concat([Buffer.of(0x78), ...units.flatMap((unit) => [Buffer.of(unit.length >> 8, unit.length & 0xff), unit])]);
const groups = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));

describe('what many units in one H.264 picture cost', () => {
  /** The cost of the second picture, which has these slices or sets. */
  const picturesIn = (units: readonly Uint8Array[]): number => {
    const sizes = VIDEO_CODECS.H264.sizes();
    sizes.read(annexB([...SETS, KEY]), true);
    return sizes.read(annexB(units), false)!.pictures;
  };

  it.each([1, 2, 4, 8])('a picture shared evenly by %i slices is one picture', (count) => {
    const units = Array.from({ length: count }, (_, i) => copies((i * MACROBLOCKS) / count));
    expect(picturesIn(units)).toBe(1);
  });

  it('slices that may each go on to the end of the picture are paid for', () => {
    const rests = (...firsts: number[]): number => picturesIn([copies(0), ...firsts.map(copies)]);
    const many = (count: number, first = 1): number[] => Array<number>(count).fill(first);
    expect(rests(...many(4))).toBe(1);
    expect(rests(...many(1004))).toBeCloseTo(501, 0);
    // In whatever order they stand; one beyond the picture gives nothing back.
    expect(rests(...many(1004).map((_, i) => i + 1))).toBeGreaterThan(400);
    expect(rests(...many(500), ...many(500, 10 * MACROBLOCKS))).toBeGreaterThan(240);
    // Without a first slice as well, and where there is no telling where one begins.
    expect(picturesIn(many(1004).map(copies))).toBeGreaterThan(400);
    expect(picturesIn(many(1004).map(() => Uint8Array.of(0x61, 0)))).toBeGreaterThan(400);
  });

  it('parameter sets beyond those of an encoder are paid for', () => {
    const sets = (count: number): number =>
      picturesIn([...Array.from({ length: count }, (_, i) => pictureParameters(i % 256)), copies(0)]);
    expect(sets(8)).toBe(1);
    expect(sets(4008)).toBe(501);
  });

  it('what no call has, and would have a decoder keep much memory, is refused before it is decoded', () => {
    const parameters = (
      profile: number,
      high: (string | number)[],
      references: number,
      columns = COLUMNS,
    ): Uint8Array =>
      nalUnit(
        0x67,
        byte(profile),
        byte(0),
        byte(62),
        0,
        ...high,
        0,
        2,
        references,
        '0',
        columns - 1,
        92,
        '1',
        '1',
        '0',
        '0',
      );
    const read = (sps: Uint8Array) => VIDEO_CODECS.H264.sizes().read(annexB([sps, ...SETS.slice(1), KEY]), true);
    const flags = '00';
    expect(read(parameters(66, [], 4, 144))).toMatchObject({ pixels: 144 * 93 * 256 });
    expect(read(parameters(100, [1, 0, 0, flags], 4))).toMatchObject({ pictures: 1 });
    // 10 × 93 macroblocks: sixteen of them are little.
    expect(read(parameters(66, [], 16, 10))).toMatchObject({ pictures: 1 });
    const refused = [
      parameters(66, [], 16, 144),
      parameters(66, [], 5, 144),
      parameters(244, [3, '0', 0, 0, flags], 1),
      parameters(122, [2, 0, 0, flags], 1),
      parameters(100, [0, 0, 0, flags], 1),
      parameters(110, [1, 6, 0, flags], 1),
      parameters(110, [1, 0, 6, flags], 1),
    ];
    expect(refused.map(read)).toEqual(refused.map(() => null));
  });

  it('real pictures of many small slices cost little more than one', () => {
    const [key, inter] = encodeVideo({
      codec: 'H264',
      width: 640,
      height: 360,
      framesPerSecond: 10,
      frames: 2,
      keyFrameEvery: 10,
      draw: drawMoving(640, 360),
      bitRate: 1_000_000,
      options: { 'x264-params': 'slice-max-size=1200:sliced-threads=0' },
    });
    const sizes = VIDEO_CODECS.H264.sizes();
    for (const { data, keyFrame } of [key!, inter!]) expect(sizes.read(data, keyFrame)!.pictures).toBeLessThan(20);
  });

  it('a picture that would take seconds to decode is dropped undecoded, and told; the next ones are decoded', () => {
    const { receiver, meter, state } = videoReceiver('H264');
    let sequence = 0;
    const send = (units: readonly Uint8Array[], timestamp: number): void => {
      // A packet of several units, or a unit in pieces whose inside has start codes: both are units to the decoder.
      const payloads = [...groups(units.slice(0, -1), 100).map(stapA), ...packetizeH264(annexB(units.slice(-1)))];
      payloads.forEach((payload, i) => {
        const header = Buffer.alloc(12);
        header.writeUInt8(0x80, 0);
        header.writeUInt8((i === payloads.length - 1 ? 0x80 : 0) | 101, 1);
        header.writeUInt16BE(sequence++ & 0xffff, 2);
        header.writeUInt32BE(timestamp, 4);
        header.writeUInt32BE(1, 8);
        receiver.packet({ data: Buffer.concat([header, payload]), arrivalMs: state.now });
      });
    };
    const at = (ms: number): number => {
      state.now += ms;
      return (state.now * 90) % 2 ** 32;
    };
    send([...SETS, KEY], at(0));
    expect(meter.of('emostream_decoded_total', 'video')).toBe(1);
    send([copies(0), ...Array<Uint8Array>(3000).fill(copies(1))], at(100));
    expect(meter.of('emostream_dropped_total', 'video', 'pixel-rate')).toBe(1);
    expect(meter.of('emostream_errors_total', 'MEDIA_CORRUPT')).toBe(0);
    const hidden = Buffer.concat([copies(0), ...Array<Buffer>(3000).fill(annexB([copies(1)]))]);
    send([...SETS, KEY], at(2000));
    send([hidden], at(100));
    expect(meter.of('emostream_dropped_total', 'video', 'pixel-rate')).toBe(2);
    send([...SETS, KEY], at(2000));
    expect(meter.of('emostream_decoded_total', 'video')).toBe(3);
    receiver.close();
  });

  it('what a picture brings is looked up: its units are not compared with each other', () => {
    const depacketizer = new H264Depacketizer();
    depacketizer.add(stapA([sequenceParameters()]));
    for (const ids of groups([...Array(256).keys()], 16))
      depacketizer.add(stapA(ids.map((id) => pictureParameters(id))));
    /** Least time to put a key frame of 4000 units together whose slices name so many sets, ms. */
    const least = (named: number): number => {
      const slices = Array.from({ length: 256 }, (_, i) =>
        slice({ idr: true, first: i ? 5 : 0, parameters: i % named }, 1),
      );
      const units = [...slices, ...Array<Uint8Array>(3744).fill(Uint8Array.of(6, 5, 1, 0, 0x80))];
      return Math.min(
        ...Array.from({ length: 7 }, () => {
          depacketizer.reset();
          for (const some of groups(units, 32)) depacketizer.add(stapA(some));
          const from = performance.now();
          expect(typeof depacketizer.finish()).toBe('object');
          return performance.now() - from;
        }),
      );
    };
    least(256);
    expect(least(256)).toBeLessThan(4 * least(8) + 5);
  });
});
