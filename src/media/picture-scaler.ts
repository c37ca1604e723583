import { AV_PIX_FMT_RGB24, type AVPixelFormat, type Frame, SWS_BILINEAR } from 'node-av';
import { EmostreamError } from '../common/errors.js';
import { type Allocate, PictureConverter } from './conversion.js';

/** The size with the same shape whose longer side is at most `longest`; each side at least 1. */
export function fitWithin(width: number, height: number, longest: number): { width: number; height: number } {
  const factor = Math.min(1, longest / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

/** Decoded pictures → packed RGB24, scaled down in the same pass (bilinear). Follows changes of size and format. */
export class PictureScaler {
  readonly #longest: number;
  readonly #allocate: Allocate | undefined;
  #converter: PictureConverter | null = null;
  #source = { width: 0, height: 0, format: -1 };
  #target = { width: 0, height: 0 };

  /** @param allocate for a test that watches the memory */
  constructor(longest: number, allocate?: Allocate) {
    this.#longest = longest;
    this.#allocate = allocate;
  }

  /** @throws EmostreamError MEDIA_CORRUPT when the picture cannot be converted */
  toRgb(frame: Frame): { width: number; height: number; rgb: Uint8Array } {
    const { width, height } = frame;
    const format = frame.format as AVPixelFormat;
    const planes = frame.data;
    if (!planes || width <= 0 || height <= 0) throw new EmostreamError('MEDIA_CORRUPT', 'a decoded picture is empty');
    const rgb = this.#converterFor(width, height, format).convert(planes, frame.linesize);
    return { ...this.#target, rgb };
  }

  close(): void {
    this.#converter?.close();
    this.#converter = null;
  }

  #converterFor(width: number, height: number, format: AVPixelFormat): PictureConverter {
    const source = this.#source;
    if (this.#converter && source.width === width && source.height === height && source.format === format) {
      return this.#converter;
    }
    this.close();
    this.#source = { width, height, format };
    this.#target = fitWithin(width, height, this.#longest);
    const to = { ...this.#target, format: AV_PIX_FMT_RGB24 };
    return (this.#converter = new PictureConverter({ width, height, format }, to, SWS_BILINEAR, this.#allocate));
  }
}
