import type { FileProblem } from '../media/file/problems.js';
import type { Analysed } from './analyse-file.js';

const SENTENCES: Record<FileProblem, string> = {
  truncated: 'It ends before it should: what was there was analysed.',
  damaged: 'Parts of it could not be decoded, and were passed over.',
  'no-video': 'There is no picture in it: judged by voice and words.',
  'no-audio': 'There is no sound in it: judged by the face.',
  'times-repaired': 'Its timestamps jump: it was taken to go on without a break.',
};

/** What is to be said of a recording that was analysed, by stable name and in a sentence. */
export function sayProblems({ problems, failure, durationMs }: Analysed): { code: string; text: string }[] {
  const said = problems.map((code) => ({ code: code as string, text: SENTENCES[code] }));
  if (failure === null || failure === 'interrupted') return said;
  const at = `after ${String(Math.round(durationMs / 1000))} s`;
  return [...said, { code: failure.code, text: `It was broken off ${at}: ${failure.message}` }];
}
