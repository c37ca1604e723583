import {
  AV_FRAME_DATA_DISPLAYMATRIX,
  AV_FRAME_FLAG_INTERLACED,
  AV_PIX_FMT_PAL8,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUVJ420P,
  AVCOL_RANGE_JPEG,
  type AVPixelFormat,
  type Frame,
  SWS_BILINEAR,
} from 'node-av';
import { EmostreamError } from '../../common/errors.js';
import { packedPlanes, PictureConverter, type PictureShape } from '../conversion.js';
import { withoutPalette } from '../palette.js';
import { fitWithin } from '../picture-scaler.js';
import type { YuvPicture } from '../types.js';
import { type Turn, turned, turnOf } from './upright.js';

/** As calls scale their pictures: the longer side in pixels. */
const LONGEST_SIDE = 640;
/** Pixels may be so many times as wide as high, or the reverse; beyond, a header is wrong. */
const MOST_ASPECT = 4;

/**
 * Frames of recordings → pictures as a call's camera would give them: of square pixels, upright, not interlaced, and small. Follows
 * changes of size and format.
 */
export class PictureMaker {
  readonly #turn: Turn;
  #converter: PictureConverter | null = null;
  #key = '';
  #target: PictureShape = { width: 0, height: 0, format: AV_PIX_FMT_YUV420P };

  /** @param turn of the whole recording, where its frames do not say */
  constructor(turn: Turn = 0) {
    this.#turn = turn;
  }

  /** @throws EmostreamError MEDIA_CORRUPT when the frame cannot be converted */
  make(frame: Frame): YuvPicture {
    const own = frame.getSideData(AV_FRAME_DATA_DISPLAYMATRIX);
    return turned(this.#upright(frame), own ? turnOf(own) : this.#turn);
  }

  close(): void {
    this.#converter?.close();
    this.#converter = null;
  }

  #upright(frame: Frame): YuvPicture {
    if ((frame.format as AVPixelFormat) !== AV_PIX_FMT_PAL8) return this.#convert(frame);
    const plain = withoutPalette(frame);
    try {
      return this.#convert(plain);
    } finally {
      plain.free();
    }
  }

  #convert(frame: Frame): YuvPicture {
    const planes = frame.data;
    if (!planes || frame.width <= 0 || frame.height <= 0)
      throw new EmostreamError('MEDIA_CORRUPT', 'a decoded picture is empty');
    // Of two fields, a moment apart, the first: every other line.
    const isFields = frame.hasFlags(AV_FRAME_FLAG_INTERLACED) && frame.height >= 4;
    const from = {
      width: frame.width,
      height: isFields ? frame.height >> 1 : frame.height,
      format: formatOf(frame),
    };
    const aspect = aspectOf(frame);
    const target = fitWithin(Math.max(1, Math.round(frame.width * aspect)), frame.height, LONGEST_SIDE);
    const same = !isFields && target.width === from.width && target.height === from.height;
    if (same && from.format === AV_PIX_FMT_YUV420P) {
      return { ...target, yuv: packedPlanes(planes, frame.linesize, from) };
    }
    const strides = isFields ? frame.linesize.map((stride) => 2 * stride) : frame.linesize;
    const yuv = this.#converterFor(from, target).convert(planes, strides);
    return { ...target, yuv };
  }

  #converterFor(from: PictureShape, target: { width: number; height: number }): PictureConverter {
    const key = [from.width, from.height, from.format, target.width, target.height].join();
    if (this.#converter && key === this.#key) return this.#converter;
    this.close();
    this.#key = key;
    this.#target = { ...target, format: AV_PIX_FMT_YUV420P };
    return (this.#converter = new PictureConverter(from, this.#target, SWS_BILINEAR));
  }
}

/** Full range has a format of its own: the converter makes video's range of it. */
function formatOf(frame: Frame): AVPixelFormat {
  const format = frame.format as AVPixelFormat;
  return format === AV_PIX_FMT_YUV420P && frame.colorRange === AVCOL_RANGE_JPEG ? AV_PIX_FMT_YUVJ420P : format;
}

/** How wide a pixel is, of its height. */
function aspectOf({ sampleAspectRatio: { num, den } }: Frame): number {
  const aspect = num > 0 && den > 0 ? num / den : 1;
  return aspect > MOST_ASPECT || aspect < 1 / MOST_ASPECT ? 1 : aspect;
}
