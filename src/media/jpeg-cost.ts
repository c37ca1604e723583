import type { PictureCost } from './picture-cost.js';

/** Markers of ITU-T T.81, table B.1; each stands after an octet 0xFF. */
const MARKER = 0xff;
const START = 0xd8;
const END = 0xd9;
const SCAN = 0xda;
/** Frames that are decoded: baseline, extended and progressive, all with Huffman coding. Lossless and arithmetic ones are not. */
const FRAMES = new Set([0xc0, 0xc1, 0xc2]);
const PROGRESSIVE = 0xc2;
/** All that begin a frame: 0xC4, 0xC8 and 0xCC are tables and an extension. */
const isFrame = (code: number): boolean => code >= 0xc0 && code <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(code);
/** Stand alone in the coded data: restarts, and the octet 0 that says that 0xFF is none. */
const isInData = (code: number): boolean => code === 0 || (code >= 0xd0 && code <= 0xd7);

/** Side of the largest unit that is coded together: blocks of 8, four of one colour. */
const UNIT = 16;
/** A scan of a progressive picture costs about a quarter of a picture; usual ones have ten. */
const SCANS_PER_PICTURE = 4;
/** More scans, each of which goes over the whole picture, are there to cost. */
const MAX_SCANS = 64;

export interface JpegPicture extends PictureCost {
  width: number;
  height: number;
  /** The file up to its end marker: what follows is not of this picture. */
  data: Uint8Array;
}

/**
 * What decoding a JPEG file takes, read from its markers before anything is decoded.
 * @returns null where it is none that is whole and that cameras or programs make
 */
export function readJpeg(file: Uint8Array): JpegPicture | null {
  if (file[0] !== MARKER || file[1] !== START) return null;
  let size: { width: number; height: number; progressive: boolean } | null = null;
  let scans = 0;
  let at = 2;
  for (;;) {
    at = file.indexOf(MARKER, at);
    // Its end never comes: a part is missing.
    if (at < 0 || at + 1 >= file.length) return null;
    const code = file[at + 1]!;
    if (code === MARKER) {
      at += 1; // filler
      continue;
    }
    if (isInData(code)) {
      if (scans === 0) return null;
      at += 2;
      continue;
    }
    if (code === END) break;
    if (code === START || at + 3 >= file.length) return null;
    const length = file[at + 2]! * 256 + file[at + 3]!;
    if (length < 2 || at + 2 + length > file.length) return null;
    if (isFrame(code)) {
      if (size || !FRAMES.has(code) || length < 11) return null;
      size = frameSize(file, at + 4, code === PROGRESSIVE);
      if (!size) return null;
    }
    if (code === SCAN && (!size || ++scans > MAX_SCANS)) return null;
    at += 2 + length;
  }
  if (!size || scans === 0) return null;
  const { width, height, progressive } = size;
  const whole = (side: number): number => Math.ceil(side / UNIT) * UNIT;
  const pictures = progressive ? Math.max(1, scans / SCANS_PER_PICTURE) : 1;
  return {
    width,
    height,
    pixels: whole(width) * whole(height),
    pictures,
    afresh: false,
    data: file.subarray(0, at + 2),
  };
}

/** T.81, B.2.2: precision, lines, samples a line, components. */
function frameSize(file: Uint8Array, at: number, progressive: boolean) {
  const height = file[at + 1]! * 256 + file[at + 2]!;
  const width = file[at + 3]! * 256 + file[at + 4]!;
  const components = file[at + 5]!;
  // No lines: they would be counted after the first scan (DNL), which nobody uses.
  if (file[at] !== 8 || width === 0 || height === 0 || (components !== 1 && components !== 3)) return null;
  return { width, height, progressive };
}
