import { readdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { EmostreamError } from '../../common/errors.js';
import { FrameReader } from '../../media/file/frame-reader.js';
import { PictureMaker } from '../../media/file/picture-maker.js';
import { empty } from '../../media/file/problems.js';
import type { VideoFrame, YuvPicture } from '../../media/index.js';
import type { Recording } from './recording.js';

/** Picture files, by their names' ends; others in the folder are passed over. */
const PICTURES = new Set([
  '.png',
  '.jpg',
  '.jpeg',
  '.webp',
  '.bmp',
  '.gif',
  '.tif',
  '.tiff',
  '.avif',
  '.heic',
  '.heif',
]);
/** Each picture is shown for a second, so often: as many as its window shows the network. */
const SHOWN = 4;
const SECOND_MS = 1000;

/** The pictures of a folder by name, `2.png` before `10.png`. */
export function picturesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && PICTURES.has(extname(entry.name).toLowerCase()))
    .map(({ name }) => name)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** One that may move is a film. */
export const isPicture = (path: string): boolean => {
  const end = extname(path).toLowerCase();
  return PICTURES.has(end) && end !== '.gif';
};

/**
 * A folder of pictures, or one picture, as a recording that shows each for a second. A picture that cannot be decoded leaves its
 * second empty.
 * @throws EmostreamError MEDIA_EMPTY
 */
export function openStills(path: string, name: string): Recording {
  const files = isPicture(path) ? [path] : picturesIn(path).map((file) => join(path, file));
  if (files.length === 0) throw empty(name, 'has no pictures in it');
  let next = 0;
  let shown = SHOWN;
  let damaged = 0;
  let current: YuvPicture | null = null;
  return {
    ...{ format: 'pictures', durationMs: files.length * SECOND_MS, hasVideo: true, hasAudio: false },
    picture: () => {
      while (shown === SHOWN || !current) {
        const file = files[next];
        if (file === undefined) return null;
        next += 1;
        shown = 0;
        current = decode(file);
        if (!current) damaged += 1;
        if (!current) shown = SHOWN;
      }
      const mediaTime = (next - 1) * SECOND_MS + ((2 * shown + 1) * SECOND_MS) / (2 * SHOWN);
      const frame: VideoFrame = { ...current, mediaTime, arrivalMs: mediaTime, decodedMs: mediaTime };
      shown += 1;
      return { frame, newScene: shown === 1 };
    },
    sound: () => null,
    get endMs() {
      return next * SECOND_MS;
    },
    problems: () => [...(damaged > 0 ? (['damaged'] as const) : []), 'no-audio' as const],
    requireAnything: () => {
      if (damaged === files.length) {
        throw new EmostreamError('MEDIA_CORRUPT', `Of ${name} no picture can be decoded.`);
      }
    },
    close: () => undefined,
  };
}

/** @returns null: it cannot be decoded */
function decode(path: string): YuvPicture | null {
  let reader: FrameReader | null = null;
  const maker = new PictureMaker();
  try {
    reader = FrameReader.open(path, basename(path), 'video');
    const frame = reader?.next() ?? null;
    return frame && frame.decodeErrorFlags === 0 ? maker.make(frame) : null;
  } catch (error) {
    if (error instanceof EmostreamError) return null;
    throw error;
  } finally {
    maker.close();
    reader?.close();
  }
}
