import {
  AV_PIX_FMT_GRAY8,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUVJ420P,
  type AVPixelFormat,
  Frame,
  SoftwareScaleContext,
  type SwsFlags,
} from 'node-av';
import { EmostreamError } from '../common/errors.js';

/**
 * This file and sound-conversion.ts alone hand memory to libswscale and libswresample to be written (test/architecture.test.ts sees to
 * that). They write whole SIMD groups: into a destination of exactly width × height × 3 bytes up to 24 bytes past its end, and where a
 * group does not fit into a row it is left out, so that columns stay black. Here every row holds whole groups, and slack
 * follows the last.
 */

/** The widest group that is stored at once, pixels: 32 of 8 bits in an AVX2 register. */
const GROUP = 32;
/** Rows begin at multiples of this, bytes: a cache line, and as much as any vector register. */
const ALIGNMENT = 64;
/** Nothing is known to write past whole groups; this is for what is not known. Also sources are read past their end. */
export const SLACK = 512;

export interface PictureShape {
  width: number;
  height: number;
  format: AVPixelFormat;
}

/** Makes zeroed memory. A test gives some with guards around it. */
export type Allocate = (bytes: number) => Uint8Array<ArrayBuffer>;
export const allocateZeroed: Allocate = (bytes) => new Uint8Array(bytes);

interface Plane {
  rows: number;
  /** Bytes of a row that are picture. */
  rowBytes: number;
  stride: number;
}

/** Pictures of one shape → another shape, packed (libswscale). */
export class PictureConverter {
  readonly #context: SoftwareScaleContext;
  readonly #from: PictureShape;
  readonly #planes: Plane[];
  readonly #allocate: Allocate;
  /** Where rows that are not packed are written before they are. */
  #scratch: Uint8Array<ArrayBuffer> | null = null;

  /** @throws EmostreamError MEDIA_CORRUPT when there is no such conversion */
  constructor(from: PictureShape, to: PictureShape, filter: SwsFlags, allocate: Allocate = allocateZeroed) {
    this.#from = from;
    this.#planes = planesOf(to);
    this.#allocate = allocate;
    this.#context = new SoftwareScaleContext();
    try {
      this.#context.getContext(from.width, from.height, from.format, to.width, to.height, to.format, filter);
    } catch (cause) {
      throw new EmostreamError('MEDIA_CORRUPT', 'pictures of this kind cannot be converted', { cause });
    }
  }

  /**
   * @param planes of a decoder or encoder, whose own memory is padded; other memory goes through `convertPacked`
   * @returns the planes without any padding, one after another
   * @throws EmostreamError MEDIA_CORRUPT
   */
  convert(planes: Buffer[], strides: number[]): Uint8Array {
    // Rows that are packed as they are need no copy.
    const packed = this.#planes.length === 1 && this.#planes.every(({ stride, rowBytes }) => stride === rowBytes);
    const bytes = this.#planes.reduce((sum, plane) => sum + plane.rows * plane.stride + SLACK, 0);
    const written = packed ? this.#allocate(bytes) : (this.#scratch ??= this.#allocate(bytes));
    const targets: Buffer[] = [];
    for (let i = 0, offset = written.byteOffset; i < this.#planes.length; i++) {
      const { rows, stride } = this.#planes[i] as Plane;
      targets.push(Buffer.from(written.buffer, offset, rows * stride + SLACK));
      offset += rows * stride + SLACK;
    }
    const targetStrides = this.#planes.map(({ stride }) => stride);
    const rows = this.#context.scaleSync(planes, strides, 0, this.#from.height, targets, targetStrides);
    if (rows < 0) {
      throw new EmostreamError('MEDIA_CORRUPT', `a picture cannot be scaled (FFmpeg error ${String(rows)})`);
    }
    return packed ? written.subarray(0, bytes - SLACK) : pack(this.#planes, targets);
  }

  /** The same for planes without padding, one after another. */
  convertPacked(data: Uint8Array): Uint8Array {
    const layout = planesOf(this.#from);
    let offset = 0;
    const planes = layout.map(({ rows, rowBytes, stride }) => {
      const { buffer, byteOffset, byteLength } = this.#allocate(rows * stride + SLACK);
      const plane = Buffer.from(buffer, byteOffset, byteLength);
      for (let row = 0; row < rows; row++) plane.set(data.subarray(offset, (offset += rowBytes)), row * stride);
      return plane;
    });
    return this.convert(
      planes,
      layout.map(({ stride }) => stride),
    );
  }

  /** Idempotent. */
  close(): void {
    this.#context.freeContext();
    this.#scratch = null;
  }
}

/** The planes of a picture in memory of ours. */
function planesOf({ width, height, format }: PictureShape): Plane[] {
  const plane = (columns: number, rows: number, bytes: number): Plane => {
    const rowBytes = columns * bytes;
    return { rows, rowBytes, stride: roundUp(roundUp(columns, GROUP) * bytes, ALIGNMENT) };
  };
  if (format === AV_PIX_FMT_RGB24) return [plane(width, height, 3)];
  if (format === AV_PIX_FMT_GRAY8) return [plane(width, height, 1)];
  if (format === AV_PIX_FMT_YUV420P || format === AV_PIX_FMT_YUVJ420P) {
    const chroma = plane((width + 1) >> 1, (height + 1) >> 1, 1);
    return [plane(width, height, 1), chroma, chroma];
  }
  throw new EmostreamError('INTERNAL', `pixel format ${String(format)} is never made or given packed`);
}

const roundUp = (value: number, to: number): number => Math.ceil(value / to) * to;

/**
 * A copy of a decoder's planes without padding, one after another.
 * @throws EmostreamError MEDIA_CORRUPT when a plane is too short
 */
export function packedPlanes(planes: readonly Buffer[], strides: readonly number[], shape: PictureShape): Uint8Array {
  const layout = planesOf(shape).map((plane, i) => ({ ...plane, stride: strides[i] ?? 0 }));
  const short = layout.some(({ rows, rowBytes, stride }, i) => {
    return stride < rowBytes || (planes[i]?.byteLength ?? 0) < (rows - 1) * stride + rowBytes;
  });
  if (short || shape.width <= 0 || shape.height <= 0) {
    throw new EmostreamError('MEDIA_CORRUPT', 'a plane of a picture is too short');
  }
  return pack(layout, planes);
}

function pack(planes: readonly Plane[], from: readonly Buffer[]): Uint8Array {
  const packed = new Uint8Array(planes.reduce((sum, { rows, rowBytes }) => sum + rows * rowBytes, 0));
  let offset = 0;
  planes.forEach(({ rows, rowBytes, stride }, i) => {
    const source = from[i] as Buffer;
    for (let row = 0; row < rows; row++, offset += rowBytes) {
      source.copy(packed, offset, row * stride, row * stride + rowBytes);
    }
  });
  return packed;
}

/**
 * A picture for an encoder: a copy in memory of the library's, padded as it likes it. Not by `Frame.fromVideoBuffer`: node-av 6.1
 * points the frame at the JavaScript buffer, which keeps nothing alive and has no padding.
 * @param data planes without padding, one after another
 */
export function pictureFrame(data: Uint8Array, { width, height, format }: PictureShape, pts = 0n): Frame {
  const frame = new Frame();
  frame.alloc();
  frame.width = width;
  frame.height = height;
  frame.format = format;
  frame.pts = pts;
  const code = frame.getBuffer();
  const targets = frame.data;
  if (code < 0 || !targets)
    throw new EmostreamError('INTERNAL', `no memory for a picture (FFmpeg error ${String(code)})`);
  let offset = 0;
  planesOf({ width, height, format }).forEach(({ rows, rowBytes }, i) => {
    const stride = frame.linesize[i] ?? 0;
    for (let row = 0; row < rows; row++) targets[i]?.set(data.subarray(offset, (offset += rowBytes)), row * stride);
  });
  return frame;
}
