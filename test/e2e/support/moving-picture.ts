import {
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_YUV420P,
  Codec,
  CodecContext,
  FF_ENCODER_LIBWEBP_ANIM,
  Packet,
  Rational,
  SWS_BILINEAR,
} from 'node-av';
import type { Locator } from 'playwright-core';
import { PNG } from 'pngjs';
import { PictureConverter, pictureFrame } from '../../../src/media/conversion.js';

/** A picture, and when it was taken, ms from the first. */
export interface Taken {
  picture: PNG;
  atMs: number;
}

/** Looks at an element again and again. @param everyMs where the machine is fast enough */
export async function film(element: Locator, frames: number, everyMs: number): Promise<Taken[]> {
  const taken: Taken[] = [];
  const begun = performance.now();
  while (taken.length < frames) {
    const bytes = await element.screenshot();
    taken.push({ picture: PNG.sync.read(bytes), atMs: Math.round(performance.now() - begun) });
    const leftMs = begun + everyMs * taken.length - performance.now();
    if (leftMs > 0) await element.page().waitForTimeout(leftMs);
  }
  return taken;
}

/** Pictures of one size → an animated WebP that goes on for ever, at the pace at which they were taken. */
export function movingPicture(taken: readonly Taken[], quality = 68): Uint8Array {
  const first = taken[0]?.picture;
  const codec = Codec.findEncoderByName(FF_ENCODER_LIBWEBP_ANIM);
  if (!first || !codec) throw new Error('no pictures, or no encoder for WebP');
  // 4:2:0 has a colour for each two by two.
  const [width, height] = [first.width & ~1, first.height & ~1];
  const context = new CodecContext();
  context.allocContext3(codec);
  Object.assign(context, { width, height, pixelFormat: AV_PIX_FMT_YUV420P, timeBase: new Rational(1, 1000) });
  for (const [name, value] of Object.entries({ quality: String(quality), compression_level: '6', loop: '0' }))
    context.setOption(name, value);
  const size = { width, height };
  const toYuv = new PictureConverter(
    { ...size, format: AV_PIX_FMT_RGB24 },
    { ...size, format: AV_PIX_FMT_YUV420P },
    SWS_BILINEAR,
  );
  const code = context.open2Sync(codec);
  if (code < 0) throw new Error(`the WebP encoder does not open (${String(code)})`);
  const packet = new Packet();
  packet.alloc();
  for (const [index, { picture, atMs }] of taken.entries()) {
    const yuv = toYuv.convertPacked(rgbOf(picture, width, height));
    const frame = pictureFrame(yuv, { ...size, format: AV_PIX_FMT_YUV420P }, BigInt(atMs));
    const sent = context.sendFrameSync(frame);
    frame.free();
    if (sent < 0) throw new Error(`encoding picture ${String(index)} failed (${String(sent)})`);
  }
  context.sendFrameSync(null);
  // All of it comes at the end, as one file.
  const received = context.receivePacketSync(packet);
  const file = Uint8Array.from(packet.data ?? []);
  packet.free();
  toYuv.close();
  context.freeContext();
  if (received < 0 || file.length === 0) throw new Error(`no WebP came out (${String(received)})`);
  return file;
}

function rgbOf({ data, width: stride }: PNG, width: number, height: number): Uint8Array {
  const rgb = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [from, to] = [4 * (y * stride + x), 3 * (y * width + x)];
      for (let channel = 0; channel < 3; channel++) rgb[to + channel] = data[from + channel]!;
    }
  }
  return rgb;
}
