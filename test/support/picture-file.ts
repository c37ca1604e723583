import { AV_PIX_FMT_RGB24, type AVPixelFormat, SWS_BILINEAR } from 'node-av';
import type { Picture } from '../../src/features/picture.js';
import { PictureConverter } from '../../src/media/conversion.js';
import { FrameReader } from '../../src/media/file/frame-reader.js';

/** A picture file, at its own size. */
export function pictureOfFile(path: string): Picture {
  const reader = FrameReader.open(path, 'a picture', 'video')!;
  const frame = reader.next()!;
  const { width, height } = frame;
  const from = { width, height, format: frame.format as AVPixelFormat };
  const converter = new PictureConverter(from, { width, height, format: AV_PIX_FMT_RGB24 }, SWS_BILINEAR);
  const rgb = converter.convert(frame.data!, frame.linesize).slice(0, width * height * 3);
  converter.close();
  reader.close();
  return { rgb, width, height };
}
