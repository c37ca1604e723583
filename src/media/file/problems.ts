import { EmostreamError } from '../../common/errors.js';

/** What is wrong with a recording that is analysed all the same, by a stable name. */
export const FILE_PROBLEMS = [
  'truncated', // it ends before the length that it names, or in the middle of something
  'damaged', // parts could not be decoded, and were passed over
  'no-video', // nothing to be seen in it
  'no-audio', // nothing to be heard in it
  'times-repaired', // its timestamps jump; it was taken to go on without a break
] as const;
export type FileProblem = (typeof FILE_PROBLEMS)[number];

export const unreadable = (name: string, cause?: unknown): EmostreamError =>
  new EmostreamError(
    'MEDIA_CORRUPT',
    `${name} cannot be read: it is no recording that FFmpeg knows, or its header is missing or damaged (a recording that was broken off may have none).`,
    { cause },
  );

export const empty = (name: string, why: string): EmostreamError =>
  new EmostreamError('MEDIA_EMPTY', `${name} ${why}: there is nothing to analyse.`);

export const encrypted = (name: string): EmostreamError =>
  new EmostreamError('MEDIA_ENCRYPTED', `${name} is encrypted: analyse a copy without protection.`);
