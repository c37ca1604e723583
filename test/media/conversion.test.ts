import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_CHANNEL_LAYOUT_STEREO,
  AV_PIX_FMT_GBRP,
  AV_PIX_FMT_GRAY8,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUV420P10LE,
  AV_PIX_FMT_YUV422P,
  AV_PIX_FMT_YUV422P10LE,
  AV_PIX_FMT_YUV444P,
  AV_PIX_FMT_YUV444P10LE,
  AV_PIX_FMT_YUVA420P,
  AV_PIX_FMT_YUVJ420P,
  AV_PIX_FMT_YUVJ422P,
  AV_PIX_FMT_YUVJ444P,
  AV_SAMPLE_FMT_FLTP,
  AV_SAMPLE_FMT_S16P,
  type AVPixelFormat,
  type AVSampleFormat,
  Frame,
  SWS_BILINEAR,
} from 'node-av';
import { describe, expect, it } from 'vitest';
import '../../bench/support/quiet.js';
import { PictureConverter } from '../../src/media/conversion.js';
import { SoundConverter } from '../../src/media/sound-conversion.js';
import { PictureScaler } from '../../src/media/picture-scaler.js';
import { rgbOf } from '../support/yuv.js';
import { Resampler } from '../../src/media/resampler.js';
import { plantOverrun, PLANTED_BYTES } from '../fuzz/plant.js';
import { GuardedMemory } from './support/guarded-memory.js';

/** What the decoders give: 8 bit 4:2:0 nearly always, the others by the profile of H.264 or the alpha of VP8. */
interface Format {
  format: AVPixelFormat;
  /** Chroma samples per luma sample, as shifts; null: no chroma, or planes of colours. */
  chroma: [number, number] | null;
  bits: 8 | 10;
  full: boolean;
  planes?: number;
}
const FORMATS: Record<string, Format> = {
  yuv420p: { format: AV_PIX_FMT_YUV420P, chroma: [1, 1], bits: 8, full: false },
  yuvj420p: { format: AV_PIX_FMT_YUVJ420P, chroma: [1, 1], bits: 8, full: true },
  yuva420p: { format: AV_PIX_FMT_YUVA420P, chroma: [1, 1], bits: 8, full: false, planes: 4 },
  yuv422p: { format: AV_PIX_FMT_YUV422P, chroma: [1, 0], bits: 8, full: false },
  yuvj422p: { format: AV_PIX_FMT_YUVJ422P, chroma: [1, 0], bits: 8, full: true },
  yuv444p: { format: AV_PIX_FMT_YUV444P, chroma: [0, 0], bits: 8, full: false },
  yuvj444p: { format: AV_PIX_FMT_YUVJ444P, chroma: [0, 0], bits: 8, full: true },
  yuv420p10le: { format: AV_PIX_FMT_YUV420P10LE, chroma: [1, 1], bits: 10, full: false },
  yuv422p10le: { format: AV_PIX_FMT_YUV422P10LE, chroma: [1, 0], bits: 10, full: false },
  yuv444p10le: { format: AV_PIX_FMT_YUV444P10LE, chroma: [0, 0], bits: 10, full: false },
  gray8: { format: AV_PIX_FMT_GRAY8, chroma: null, bits: 8, full: true, planes: 1 },
  gbrp: { format: AV_PIX_FMT_GBRP, chroma: null, bits: 8, full: true, planes: 3 },
};

/** A grey picture that is lighter from left to right and from top to bottom. */
const luma = (x: number, y: number, width: number, height: number): number =>
  40 + (100 * (x + 0.5)) / width + (60 * (y + 0.5)) / height;
/** BT.601: black is 16 and white 235, but for the formats of full range. */
const shown = (value: number, full: boolean): number => (full ? value : ((value - 16) * 255) / 219);

function draw({ format, chroma, bits, planes = 3 }: Format, width: number, height: number): Frame {
  const frame = new Frame();
  frame.alloc();
  frame.width = width;
  frame.height = height;
  frame.format = format;
  expect(frame.getBuffer()).toBeGreaterThanOrEqual(0);
  const scale = bits === 8 ? 1 : 4;
  for (let plane = 0; plane < planes; plane++) {
    const isChroma = chroma !== null && (plane === 1 || plane === 2);
    const columns = isChroma ? (width + (1 << chroma[0]) - 1) >> chroma[0] : width;
    const rows = isChroma ? (height + (1 << chroma[1]) - 1) >> chroma[1] : height;
    const target = frame.data?.[plane];
    const stride = frame.linesize[plane] ?? 0;
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const value = Math.round(scale * (isChroma ? 128 : luma(x, y, columns, rows)));
        if (bits === 8) target?.writeUInt8(value, y * stride + x);
        else target?.writeUInt16LE(value, y * stride + 2 * x);
      }
    }
  }
  return frame;
}

/** The largest difference from the true picture: a column that is left black, or a byte of a neighbour, is far off. */
function worstError(found: { width: number; height: number; rgb: Uint8Array }, full: boolean): number {
  const { width, height, rgb } = found;
  let worst = 0;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const truth = shown(luma(x, y, width, height), full);
      for (let c = 0; c < 3; c++) worst = Math.max(worst, Math.abs((rgb[at++] as number) - truth));
    }
  }
  return worst;
}

/** All rests by 16 twice and more, from the smallest up; and all rests again among the large. */
const SMALL = Array.from({ length: 49 }, (_, i) => 16 + i);
const LARGE = Array.from({ length: 16 }, (_, rest) => 16 * (5 + ((rest * 37) % 75)) + rest);
const CHOSEN = [90, 120, 136, 180, 188, 200, 216, 234, 352, 360, 424, 426, 568, 620, 720, 1280];

describe('a picture', () => {
  describe.each(Object.entries(FORMATS))('of %s', (name, format) => {
    const main = name === 'yuv420p';
    it.each([
      ['that keeps its size', 1280, [...SMALL, ...LARGE, ...(main ? CHOSEN : [])], main ? [16, 17, 90, 161] : [18, 33]],
      ['that is scaled down', 0, main ? [...SMALL, ...LARGE, ...CHOSEN] : [...LARGE, ...SMALL.slice(0, 16)], [18, 33]],
    ])('%s is written within its memory, every column of it', (_, longest, widths, heights) => {
      const memory = new GuardedMemory();
      const wrong: string[] = [];
      for (const width of widths) {
        for (const height of heights) {
          const scaler = new PictureScaler(longest || Math.ceil(0.6 * Math.max(width, height)), memory.allocate);
          const frame = draw(format, width, height);
          // Twice: the second goes into memory that is used again.
          const toRgb = () => scaler.toRgb(frame);
          const toYuv = () => rgbOf(scaler.toYuv(frame));
          for (const make of [toRgb, toRgb, toYuv, toYuv]) {
            const picture = make();
            const overwritten = memory.overwritten();
            const error = worstError(picture, format.full);
            if (picture.rgb.length !== picture.width * picture.height * 3 || overwritten > 0 || !(error < 8)) {
              wrong.push(
                `${String(width)}x${String(height)}: ${String(overwritten)} bytes outside, error ${String(error)}`,
              );
            }
          }
          scaler.close();
          frame.free();
        }
      }
      expect(wrong).toEqual([]);
    });
  });

  it('that changes its size, shape and format is right each time', () => {
    const memory = new GuardedMemory();
    const scaler = new PictureScaler(640, memory.allocate);
    const sizes = [
      [120, 160],
      [320, 180],
      [90, 160],
      [1280, 720],
      [180, 320],
      [16, 16],
      [640, 360],
      [121, 161],
    ] as const;
    for (const [width, height] of [...sizes, ...sizes]) {
      for (const format of [FORMATS['yuv420p']!, FORMATS['yuvj420p']!, FORMATS['yuv444p10le']!]) {
        const frame = draw(format, width, height);
        expect(worstError(scaler.toRgb(frame), format.full)).toBeLessThan(8);
        expect(worstError(rgbOf(scaler.toYuv(frame)), format.full)).toBeLessThan(8);
        expect(memory.overwritten()).toBe(0);
        frame.free();
      }
    }
    scaler.close();
  });

  it('that is made for an encoder is right in every plane', () => {
    const memory = new GuardedMemory();
    for (const width of [...SMALL, ...LARGE]) {
      for (const height of [18, 33]) {
        const size = { width, height };
        const to = { ...size, format: AV_PIX_FMT_YUV420P };
        const converter = new PictureConverter(
          { ...size, format: AV_PIX_FMT_RGB24 },
          to,
          SWS_BILINEAR,
          memory.allocate,
        );
        const yuv = converter.convertPacked(new Uint8Array(width * height * 3).fill(200));
        converter.close();
        expect(memory.overwritten()).toBe(0);
        const chroma = ((width + 1) >> 1) * ((height + 1) >> 1);
        expect(yuv).toHaveLength(width * height + 2 * chroma);
        const light = Math.round(16 + (200 * 219) / 255);
        expect(yuv.subarray(0, width * height).every((value) => Math.abs(value - light) <= 1)).toBe(true);
        expect(yuv.subarray(width * height).every((value) => Math.abs(value - 128) <= 1)).toBe(true);
      }
    }
  });

  it('written into memory without slack would be seen', () => {
    const memory = new GuardedMemory();
    plantOverrun(memory.allocate);
    expect(memory.overwritten()).toBe(PLANTED_BYTES);
  });
});

/** As Opus is decoded: planar floats of one channel at 48 kHz, or what else is said. */
function soundFrame(
  samples: Float32Array,
  { sampleRate = 48_000, format = AV_SAMPLE_FMT_FLTP as AVSampleFormat, channels = AV_CHANNEL_LAYOUT_MONO } = {},
): Frame {
  const frame = new Frame();
  frame.alloc();
  frame.format = format;
  frame.channelLayout = channels;
  frame.sampleRate = sampleRate;
  frame.nbSamples = samples.length;
  expect(frame.getBuffer()).toBeGreaterThanOrEqual(0);
  if (format === AV_SAMPLE_FMT_FLTP) frame.data?.[0]?.set(new Uint8Array(samples.buffer));
  return frame;
}

describe('sound', () => {
  it.each([8000, 16_000, 22_050, 24_000, 44_100, 48_000, 96_000])('of %d Hz is written within its memory', (rate) => {
    const memory = new GuardedMemory();
    const resampler = new Resampler(rate, memory.allocate);
    let made = 0;
    let given = 0;
    // Packets of Opus last from 2.5 to 120 ms, and files give any number of samples.
    for (const length of [1, 2, 3, 7, 120, 240, 480, 959, 960, 961, 1024, 1920, 2880, 5760, 0, 13]) {
      const samples = new Float32Array(length).fill(0.5);
      made += resampler.process(samples, given).samples.length;
      given += length;
      expect(memory.overwritten()).toBe(0);
    }
    made += resampler.flush().samples.length;
    expect(memory.overwritten()).toBe(0);
    expect(Math.abs(made - (given * 16_000) / rate)).toBeLessThanOrEqual(2);
    resampler.close();
  });

  it('of decoded frames becomes what the same samples become, at the same places', () => {
    const byFrame = new Resampler(48_000);
    const bySamples = new Resampler(48_000);
    let at = 1000;
    const piece = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin((at + i) / 40));
    for (let round = 0; round < 2; round++) {
      for (const length of [120, 960, 5760, 480, 240, 5760, 960]) {
        const samples = piece(length);
        const frame = soundFrame(samples);
        const found = byFrame.processFrame(frame, length, at);
        expect(found).toEqual(bySamples.process(samples, at));
        frame.free();
        at += length;
      }
      const tail = byFrame.flush();
      expect(tail).toEqual(bySamples.flush());
      expect(Math.abs(tail.position + 3 * tail.samples.length - at)).toBeLessThanOrEqual(3);
      at += 7777;
    }
    byFrame.close();
    bySamples.close();
  });

  it('of frames of another kind is refused', () => {
    const resampler = new Resampler(48_000);
    for (const other of [
      { sampleRate: 44_100 },
      { format: AV_SAMPLE_FMT_S16P },
      { channels: AV_CHANNEL_LAYOUT_STEREO },
    ]) {
      const frame = soundFrame(new Float32Array(960), other);
      expect(() => resampler.processFrame(frame, 960, 0)).toThrow(expect.objectContaining({ code: 'MEDIA_CORRUPT' }));
      frame.free();
    }
    resampler.close();
  });

  it('that is made for an encoder is as long as it should be', () => {
    const memory = new GuardedMemory();
    const converter = new SoundConverter(16_000, 48_000, memory.allocate);
    const made = converter.convert(new Float32Array(16_001)).length + converter.convert(null).length;
    converter.close();
    expect(memory.overwritten()).toBe(0);
    expect(Math.abs(made - 48_003)).toBeLessThan(100);
  });
});
