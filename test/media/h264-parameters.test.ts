import { describe, expect, it } from 'vitest';
import { encodeVideo } from '../../bench/support/index.js';
import { beginsPicture, nalUnits, parseSequenceParameters, unitType } from '../../src/media/h264-parameters.js';
import { VIDEO_CODECS } from '../../src/media/video-codecs.js';
import { BASELINE, byte, nalUnit } from './support/nal-bits.js';

const encode = (codec: 'VP8' | 'H264', width: number, height: number, frames = 1) =>
  encodeVideo({ codec, width, height, framesPerSecond: 10, frames, keyFrameEvery: 10, draw: (_, rgb) => rgb.fill(90) });
const parameterUnit = (data: Uint8Array) => nalUnits(data).find((unit) => unitType(unit) === 7)!;

const bits = (...parts: (string | number)[]): Uint8Array => nalUnit(0x67, ...parts);

describe('the size of a picture is read before it is decoded', () => {
  it.each([
    [320, 180],
    [120, 160],
    [90, 160],
    [640, 360],
    [1280, 720],
    [1920, 1080],
    [16, 16],
  ] as const)('%d×%d, in whole macroblocks', (width, height) => {
    const whole = (side: number): number => Math.ceil(side / 16) * 16;
    for (const codec of ['VP8', 'H264'] as const) {
      const [first] = encode(codec, width, height);
      const cost = VIDEO_CODECS[codec].sizes().read(first!.data, true);
      expect(cost).toEqual({ pixels: whole(width) * whole(height), pictures: 1, afresh: false });
    }
  });

  it('pictures after the first have its size, until the decoder forgets', () => {
    for (const codec of ['VP8', 'H264'] as const) {
      const sizes = VIDEO_CODECS[codec].sizes();
      const pictures = encode(codec, 320, 240, 3);
      const costs = pictures.map(({ data, keyFrame }) => sizes.read(data, keyFrame));
      expect(costs).toEqual(Array.from({ length: 3 }, () => ({ pixels: 76_800, pictures: 1, afresh: false })));
      sizes.reset();
      expect(sizes.read(pictures[1]!.data, false)).toEqual({ pixels: 0, pictures: 1, afresh: false });
    }
  });

  it('a key frame of another size is for a new decoder, for the old one may not take its parameters', () => {
    const sizes = VIDEO_CODECS.H264.sizes();
    const large = encode('H264', 320, 240)[0]!.data;
    const small = encode('H264', 160, 112, 2).map(({ data }) => data);
    expect(sizes.read(large, true)).toEqual({ pixels: 76_800, pictures: 1, afresh: false });
    expect(sizes.read(small[0]!, true)).toEqual({ pixels: 17_920, pictures: 1, afresh: true });
    expect(sizes.read(small[0]!, true)).toEqual({ pixels: 17_920, pictures: 1, afresh: false });
    expect(sizes.read(large, true)).toEqual({ pixels: 76_800, pictures: 1, afresh: true });
    // Parameters without a key frame, or after it, change nothing yet: the larger counts.
    const parameters = Buffer.concat([Buffer.of(0, 0, 1), parameterUnit(small[0]!)]);
    expect(sizes.read(Buffer.concat([parameters, small[1]!]), false)?.pixels).toBe(76_800);
    const slices = nalUnits(large).filter((unit) => unitType(unit) === 5);
    const after = Buffer.concat([...slices.flatMap((unit) => [Buffer.of(0, 0, 1), unit]), parameters]);
    expect(sizes.read(after, true)).toEqual({ pixels: 76_800, pictures: 1, afresh: false });
  });

  it('several pictures under one timestamp count as several', () => {
    const pictures = encode('H264', 320, 240, 3).map(({ data }) => data);
    expect(VIDEO_CODECS.H264.sizes().read(Buffer.concat(pictures), true)).toEqual({
      pixels: 76_800,
      pictures: 3,
      afresh: false,
    });
  });

  it('the largest of several parameter sets counts, wherever it stands', () => {
    const small = encode('H264', 320, 240)[0]!.data;
    const large = Buffer.concat([Buffer.of(0, 0, 1), bits(...BASELINE, 3, 0, 2, 1, '0', 255, 143, '1', '1', '0', '0')]);
    const sizes = VIDEO_CODECS.H264.sizes();
    expect(sizes.read(Buffer.concat([small, large]), true)?.pixels).toBe(256 * 16 * 144 * 16);
    // A decoder that is opened anew has only what comes now.
    expect(sizes.read(small, true)).toEqual({ pixels: 76_800, pictures: 1, afresh: true });
    // A start code within what was sent as one unit is one for the decoder, too.
    const hidden = Buffer.concat([small, Buffer.of(0, 0, 0, 1, 0x06, 5), large]);
    expect(VIDEO_CODECS.H264.sizes().read(hidden, true)?.pixels).toBe(256 * 16 * 144 * 16);
  });
});

describe('a sequence parameter set', () => {
  it.each([
    ['of the baseline', bits(...BASELINE, 0, 0, 0, 0, 1, '0', 19, 14, '1', '1', '0', '0'), [320, 240]],
    ['of fields', bits(...BASELINE, 0, 0, 2, 1, '0', 19, 7, '0', '1', '1', '0', '0'), [320, 256]],
    [
      'with an order cycle',
      bits(...BASELINE, 0, 0, 1, '0', 4, 4, 3, 1, 2, 3, 1, '0', 19, 14, '1', '1', '0', '0'),
      [320, 240],
    ],
    [
      'of a high profile',
      bits(byte(100), byte(0), byte(31), 0, 1, 0, 0, '0', '0', 0, 0, 0, 1, '0', 19, 14, '1', '1'),
      [320, 240],
    ],
    [
      'of 4:4:4',
      bits(byte(244), byte(0), byte(31), 0, 3, '0', 2, 2, '0', '0', 0, 0, 0, 1, '0', 19, 14, '1', '1'),
      [320, 240],
    ],
    [
      'with scaling lists',
      // The first list ends after one delta of -8; the others are not there.
      bits(byte(100), byte(0), byte(31), 0, 1, 0, 0, '0', '1', '1', 16, '0000000', 0, 0, 0, 1, '0', 19, 14, '1', '1'),
      [320, 240],
    ],
  ])('%s is read', (_, unit, [width, height]) => {
    expect(parseSequenceParameters(unit)).toMatchObject({ width, height });
  });

  it.each([
    ['empty', Uint8Array.of(0x67)],
    ['of no set that there can be', bits(...BASELINE, 32, 0, 2, 1, '0', 19, 14, '1')],
    ['as wide as no picture', bits(...BASELINE, 0, 0, 2, 1, '0', 4_000_000, 14, '1')],
    ['as high as no picture', bits(...BASELINE, 0, 0, 2, 1, '0', 19, 1055, '0')],
    ['of an order that there is not', bits(...BASELINE, 0, 0, 3, 1, '0', 19, 14, '1')],
    ['of a number without an end', Uint8Array.of(0x67, 66, 0, 31, 0, 0, 0, 0, 0, 0, 0, 0)],
    ['with an endless order cycle', bits(...BASELINE, 0, 0, 1, '0', 0, 0, 4_000_000_000, 1)],
  ])('%s is refused', (_, unit) => {
    expect(parseSequenceParameters(unit)).toBeNull();
  });

  it('cut off anywhere before its size is refused, and never throws', () => {
    const whole = parameterUnit(encode('H264', 640, 360)[0]!.data);
    const read = Array.from({ length: whole.length + 1 }, (_, length) =>
      parseSequenceParameters(whole.subarray(0, length)),
    );
    expect(read.at(-1)).toMatchObject({ width: 640, height: 368 });
    for (const each of read.filter((found) => found !== null)) expect(each.width).toBe(640);
    expect(read.slice(0, 5)).toEqual([null, null, null, null, null]);
  });
});

it('a slice begins a picture only with its first macroblock', () => {
  const [key, inter] = encode('H264', 320, 240, 2).map(({ data }) => nalUnits(data));
  expect(key!.filter(beginsPicture)).toHaveLength(1);
  expect(inter!.filter(beginsPicture)).toHaveLength(1);
  expect(beginsPicture(Uint8Array.of(0x41, 0x40))).toBe(false);
  expect(beginsPicture(Uint8Array.of(0x41))).toBe(false);
  expect(beginsPicture(Uint8Array.of(0x06, 0x80))).toBe(false);
});
