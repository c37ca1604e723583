import { AV_PIX_FMT_RGB24, AV_PIX_FMT_YUV420P, SoftwareScaleContext, SWS_BILINEAR } from 'node-av';

const WIDTH = 127;
const HEIGHT = 160;
/** Groups of 8 pixels are stored, so the last row is written one pixel too far. */
export const PLANTED_BYTES = 3;

/**
 * The overrun that once ended the server, on purpose: into a destination of exactly width × height × 3 bytes. At this width it
 * is so short that it lies in what malloc rounds up to: only who checks can see it.
 */
export function plantOverrun(destination = (bytes: number) => new Uint8Array(bytes)): void {
  const chroma = (WIDTH + 1) / 2;
  const yuv = Buffer.alloc(WIDTH * HEIGHT + chroma * HEIGHT + 64, 128);
  const planes = [yuv, yuv.subarray(WIDTH * HEIGHT), yuv.subarray(WIDTH * HEIGHT + (chroma * HEIGHT) / 2)];
  const context = new SoftwareScaleContext();
  context.getContext(WIDTH, HEIGHT, AV_PIX_FMT_YUV420P, WIDTH, HEIGHT, AV_PIX_FMT_RGB24, SWS_BILINEAR);
  const { buffer, byteOffset, byteLength } = destination(WIDTH * HEIGHT * 3);
  const rgb = Buffer.from(buffer, byteOffset, byteLength);
  context.scaleSync(planes, [WIDTH, chroma, chroma], 0, HEIGHT, [rgb], [WIDTH * 3]);
  context.freeContext();
}
