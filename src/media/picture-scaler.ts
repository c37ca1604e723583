import { AV_PIX_FMT_RGB24, type Frame, SoftwareScaleContext, SWS_BILINEAR, type AVPixelFormat } from 'node-av';
import { EmostreamError } from '../common/errors.js';

/** The size with the same shape whose longer side is at most `longest`; each side at least 1. */
export function fitWithin(width: number, height: number, longest: number): { width: number; height: number } {
  const factor = Math.min(1, longest / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

/** Decoded pictures → packed RGB24, scaled down in the same pass (bilinear). Follows changes of size and format. */
export class PictureScaler {
  readonly #longest: number;
  #context: SoftwareScaleContext | null = null;
  #source = { width: 0, height: 0, format: -1 };
  #target = { width: 0, height: 0 };

  constructor(longest: number) {
    this.#longest = longest;
  }

  /** @throws EmostreamError MEDIA_CORRUPT when the picture cannot be converted */
  toRgb(frame: Frame): { width: number; height: number; rgb: Uint8Array } {
    const { width, height } = frame;
    const format = frame.format as AVPixelFormat;
    const planes = frame.data;
    if (!planes || width <= 0 || height <= 0) throw new EmostreamError('MEDIA_CORRUPT', 'a decoded picture is empty');
    const context = this.#contextFor(width, height, format);
    const target = this.#target;
    const rgb = new Uint8Array(target.width * target.height * 3);
    const rows = context.scaleSync(planes, frame.linesize, 0, height, [Buffer.from(rgb.buffer)], [target.width * 3]);
    if (rows < 0)
      throw new EmostreamError('MEDIA_CORRUPT', `a picture cannot be scaled (FFmpeg error ${String(rows)})`);
    return { ...target, rgb };
  }

  close(): void {
    this.#context?.freeContext();
    this.#context = null;
  }

  #contextFor(width: number, height: number, format: AVPixelFormat): SoftwareScaleContext {
    const source = this.#source;
    if (this.#context && source.width === width && source.height === height && source.format === format) {
      return this.#context;
    }
    this.close();
    this.#source = { width, height, format };
    this.#target = fitWithin(width, height, this.#longest);
    const context = new SoftwareScaleContext();
    context.getContext(width, height, format, this.#target.width, this.#target.height, AV_PIX_FMT_RGB24, SWS_BILINEAR);
    this.#context = context;
    return context;
  }
}
