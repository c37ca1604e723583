import { EmostreamError } from '../../../../src/common/errors.js';
import { openContainer } from '../../../../src/media/file/container.js';
import { FrameReader } from '../../../../src/media/file/frame-reader.js';
import { PictureMaker } from '../../../../src/media/file/picture-maker.js';
import { PictureSource, PICTURES_PER_SECOND } from '../../../../src/media/file/picture-source.js';
import { SteadyTime } from '../../../../src/media/file/steady-time.js';

export interface LookedAt {
  /** By time, ms, what was looked at. */
  pictures: { mediaTime: number; yuv: Uint8Array }[];
  endMs: number;
  repaired: number;
  isDamaged: boolean;
  /** Frames that came out of decoders. */
  decoded: number;
}

const SLOT_MS = 1000 / PICTURES_PER_SECOND;

/** What is looked at of a film, where every picture is decoded: of each eighth of a second the first that can be. @returns as `lookedAt` */
export function allDecoded(path: string): LookedAt | string {
  return orCode(() => {
    const durationMs = lengthOf(path);
    const reader = FrameReader.open(path, 'it', 'video', 1)!;
    const { num, den } = reader.stream.avgFrameRate;
    const lengthMs = 1000 / Math.min(240, Math.max(1, num > 0 && den > 0 ? num / den : 25));
    const [maker, steady] = [new PictureMaker(), new SteadyTime(durationMs)];
    const found: LookedAt = { pictures: [], endMs: 0, repaired: 0, isDamaged: false, decoded: 0 };
    let slot = -1;
    for (let frame = reader.next(); frame; frame = reader.next()) {
      found.decoded += 1;
      const mediaTime = steady.follow(reader.timeOf(frame), lengthMs);
      if (mediaTime === null) continue;
      found.endMs = mediaTime + lengthMs;
      if (Math.floor(mediaTime / SLOT_MS) <= slot) continue;
      if (frame.decodeErrorFlags !== 0) {
        found.isDamaged = true;
        continue;
      }
      slot = Math.floor(mediaTime / SLOT_MS);
      found.pictures.push({ mediaTime, yuv: maker.make(frame).yuv });
    }
    const isDamaged = found.isDamaged || reader.damaged > 0;
    maker.close();
    reader.close();
    return { ...found, isDamaged, repaired: steady.repaired };
  });
}

/** What a recording's source gives of it. @returns a code where it cannot be read */
export function lookedAt(path: string, threads: number): LookedAt | string {
  const { next } = Object.getOwnPropertyDescriptors(FrameReader.prototype);
  let decoded = 0;
  const counted = next.value as FrameReader['next'];
  FrameReader.prototype.next = function (this: FrameReader) {
    const frame = counted.call(this);
    if (frame) decoded += 1;
    return frame;
  };
  try {
    return orCode(() => {
      const source = new PictureSource(FrameReader.open(path, 'it', 'video', threads)!, lengthOf(path));
      const pictures: LookedAt['pictures'] = [];
      for (let picture = source.next(); picture; picture = source.next()) {
        pictures.push({ mediaTime: picture.mediaTime, yuv: picture.yuv });
      }
      const { endMs, repaired, damaged } = source;
      source.close();
      return { pictures, endMs, repaired, isDamaged: damaged > 0, decoded };
    });
  } finally {
    FrameReader.prototype.next = counted;
  }
}

function lengthOf(path: string): number | null {
  const container = openContainer(path);
  container.close();
  return container.durationMs;
}

function orCode<T>(work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    if (error instanceof EmostreamError) return error.code;
    throw error;
  }
}
