import { FrameReader } from '../../media/file/frame-reader.js';
import { openContainer } from '../../media/file/container.js';
import { PictureSource } from '../../media/file/picture-source.js';
import { SoundSource } from '../../media/file/sound-source.js';
import type { FileProblem } from '../../media/file/problems.js';
import { empty, unreadable } from '../../media/file/problems.js';
import type { AudioChunk, VideoFrame } from '../../media/index.js';

/** A recording that ends so much before its own length was broken off, ms. */
const SHORT_MS = 2000;

/** What is read of a recording, in order of time. */
export interface Recording {
  readonly format: string;
  readonly durationMs: number | null;
  readonly hasVideo: boolean;
  readonly hasAudio: boolean;
  /** The next picture; null: there are no more. `newScene`: whoever was in the one before is not followed into this one. */
  picture(): { frame: VideoFrame; newScene: boolean } | null;
  sound(): AudioChunk | null;
  /** Where what was read so far ends, ms. */
  readonly endMs: number;
  /** Known when all was read. */
  problems(): FileProblem[];
  /** @throws EmostreamError when nothing of all that was read could be decoded */
  requireAnything(): void;
  close(): void;
}

/** A file with video, sound or both. @throws EmostreamError as `openContainer` */
export function openRecording(path: string, name: string): Recording {
  const { format, durationMs, close } = openContainer(path);
  close();
  const video = FrameReader.open(path, name, 'video');
  let audio: FrameReader | null;
  try {
    audio = FrameReader.open(path, name, 'audio');
  } catch (error) {
    video?.close();
    throw error;
  }
  const pictures = video && new PictureSource(video, durationMs);
  const sounds = audio && new SoundSource(audio, durationMs);
  const sources = [pictures, sounds].filter((source) => source !== null);
  let items = 0;
  const some = <T>(item: T | null): T | null => {
    if (item !== null) items += 1;
    return item;
  };
  return {
    ...{ format, durationMs, hasVideo: pictures !== null, hasAudio: sounds !== null },
    picture: () => {
      const frame = some(pictures?.next() ?? null);
      return frame && { frame, newScene: false };
    },
    sound: () => some(sounds?.next() ?? null),
    get endMs() {
      return Math.max(0, ...sources.map(({ endMs }) => endMs));
    },
    problems: () => {
      const endMs = Math.max(0, ...sources.map((source) => source.endMs));
      const isShort = durationMs !== null && endMs < durationMs - SHORT_MS;
      const found: Record<FileProblem, boolean> = {
        truncated: isShort || sources.some(({ brokenOff }) => brokenOff),
        damaged: sources.some(({ damaged }) => damaged > 0),
        'no-video': pictures === null,
        'no-audio': sounds === null,
        'times-repaired': sources.some(({ repaired }) => repaired > 0),
      };
      return (Object.keys(found) as FileProblem[]).filter((problem) => found[problem]);
    },
    requireAnything: () => {
      if (items > 0) return;
      throw sources.some(({ damaged, brokenOff }) => damaged > 0 || brokenOff)
        ? unreadable(name)
        : empty(name, 'holds no picture and no sound');
    },
    close: () => sources.forEach((source) => source.close()),
  };
}
