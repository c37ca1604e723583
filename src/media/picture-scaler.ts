import {
  AV_PIX_FMT_NONE,
  AV_PIX_FMT_PAL8,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_YUV420P,
  type AVPixelFormat,
  type Frame,
  SWS_BILINEAR,
} from 'node-av';
import { EmostreamError } from '../common/errors.js';
import { type Allocate, packedPlanes, PictureConverter, type PictureShape } from './conversion.js';
import { withoutPalette } from './palette.js';
import type { YuvPicture } from './types.js';

/** The size with the same shape whose longer side is at most `longest`; each side at least 1. */
export function fitWithin(width: number, height: number, longest: number): { width: number; height: number } {
  const factor = Math.min(1, longest / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

/** Decoded pictures → RGB24 or YUV 4:2:0, scaled down in the same pass (bilinear). Follows changes of size and format. */
export class PictureScaler {
  readonly #longest: number;
  readonly #allocate: Allocate | undefined;
  #converter: PictureConverter | null = null;
  #source: PictureShape = { width: 0, height: 0, format: AV_PIX_FMT_NONE };
  #target: PictureShape = { width: 0, height: 0, format: AV_PIX_FMT_RGB24 };

  /** @param allocate for a test that watches the memory */
  constructor(longest: number, allocate?: Allocate) {
    this.#longest = longest;
    this.#allocate = allocate;
  }

  /**
   * Packed RGB24.
   * @throws EmostreamError MEDIA_CORRUPT when the picture cannot be converted
   */
  toRgb(frame: Frame): { width: number; height: number; rgb: Uint8Array } {
    const rgb = this.#convert(frame, AV_PIX_FMT_RGB24);
    return { width: this.#target.width, height: this.#target.height, rgb };
  }

  /**
   * As decoders of calls give it, so that most pictures are only copied.
   * @throws EmostreamError MEDIA_CORRUPT when the picture cannot be converted
   */
  toYuv(frame: Frame): YuvPicture {
    const { width, height, format } = frame;
    const planes = frame.data;
    if (planes && (format as AVPixelFormat) === AV_PIX_FMT_YUV420P && Math.max(width, height) <= this.#longest) {
      return {
        width,
        height,
        yuv: packedPlanes(planes, frame.linesize, { width, height, format: AV_PIX_FMT_YUV420P }),
      };
    }
    const yuv = this.#convert(frame, AV_PIX_FMT_YUV420P);
    return { width: this.#target.width, height: this.#target.height, yuv };
  }

  close(): void {
    this.#converter?.close();
    this.#converter = null;
  }

  #convert(frame: Frame, to: AVPixelFormat): Uint8Array {
    if ((frame.format as AVPixelFormat) !== AV_PIX_FMT_PAL8) return this.#convertPlanes(frame, to);
    const plain = withoutPalette(frame);
    try {
      return this.#convertPlanes(plain, to);
    } finally {
      plain.free();
    }
  }

  #convertPlanes(frame: Frame, to: AVPixelFormat): Uint8Array {
    const { width, height } = frame;
    const planes = frame.data;
    if (!planes || width <= 0 || height <= 0) throw new EmostreamError('MEDIA_CORRUPT', 'a decoded picture is empty');
    const from = { width, height, format: frame.format as AVPixelFormat };
    return this.#converterFor(from, to).convert(planes, frame.linesize);
  }

  #converterFor(from: PictureShape, format: AVPixelFormat): PictureConverter {
    if (this.#converter && sameShape(this.#source, from) && this.#target.format === format) return this.#converter;
    this.close();
    this.#source = from;
    this.#target = { ...fitWithin(from.width, from.height, this.#longest), format };
    return (this.#converter = new PictureConverter(from, this.#target, SWS_BILINEAR, this.#allocate));
  }
}

function sameShape(a: PictureShape, b: PictureShape): boolean {
  return a.width === b.width && a.height === b.height && a.format === b.format;
}
