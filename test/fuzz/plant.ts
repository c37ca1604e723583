import { AV_PIX_FMT_RGB24, AV_PIX_FMT_YUV420P, SoftwareScaleContext, SWS_BILINEAR } from 'node-av';

/**
 * The overrun that once ended the server, on purpose: libswscale's unscaled converter stores whole groups of pixels, so a
 * destination of exactly width × height × 3 bytes is written 24 bytes past its end at a width whose rest by 16 is 8.
 */
export function plantOverrun(destination = (bytes: number) => new Uint8Array(bytes), times = 50): void {
  const [width, height] = [120, 160];
  const yuv = Buffer.alloc((width * height * 3) / 2 + 64, 128);
  const planes = [yuv, yuv.subarray(width * height), yuv.subarray((width * height * 5) / 4)];
  const context = new SoftwareScaleContext();
  context.getContext(width, height, AV_PIX_FMT_YUV420P, width, height, AV_PIX_FMT_RGB24, SWS_BILINEAR);
  for (let i = 0; i < times; i++) {
    const { buffer, byteOffset, byteLength } = destination(width * height * 3);
    const rgb = Buffer.from(buffer, byteOffset, byteLength);
    context.scaleSync(planes, [width, width / 2, width / 2], 0, height, [rgb], [width * 3]);
  }
  context.freeContext();
}
