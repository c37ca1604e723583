import { AV_PIX_FMT_PAL8, AV_PIX_FMT_RGB24, Frame, SoftwareScaleContext, SWS_POINT } from 'node-av';
import { EmostreamError } from '../common/errors.js';

/**
 * A picture with a palette (in PNG, GIF and BMP files) in colours of its own, in memory of the library's. The palette is a plane that
 * node-av 6.1 does not show: libswscale would read it at address 0.
 * @returns the caller frees it
 * @throws EmostreamError MEDIA_CORRUPT
 */
export function withoutPalette(frame: Frame): Frame {
  const { width, height } = frame;
  const out = new Frame();
  out.alloc();
  out.width = width;
  out.height = height;
  out.format = AV_PIX_FMT_RGB24;
  const context = new SoftwareScaleContext();
  try {
    context.getContext(width, height, AV_PIX_FMT_PAL8, width, height, AV_PIX_FMT_RGB24, SWS_POINT);
    const code = Math.min(out.getBuffer(), context.scaleFrameSync(out, frame));
    if (code < 0) throw new Error(`FFmpeg error ${String(code)}`);
    return out;
  } catch (cause) {
    out.free();
    throw new EmostreamError('MEDIA_CORRUPT', 'a picture with a palette cannot be converted', { cause });
  } finally {
    context.freeContext();
  }
}
