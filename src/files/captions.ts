import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { EmostreamError } from '../common/errors.js';
import type { Caption } from './messages.js';

const MOST_BYTES = 16 * 2 ** 20;
/** Longer is a page, not what somebody says: as captions of a call. */
const MOST_TEXT = 500;
const TIMES =
  /^\s*(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})\s*-->\s*(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})/;

/**
 * The words of a WebVTT (W3C) or SubRip file.
 * @throws EmostreamError NOT_FOUND, UNSUPPORTED_MEDIA when it is neither
 */
export function readCaptions(path: string): Caption[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new EmostreamError('NOT_FOUND', `There is no file ${path}.`);
  if (!stat.isFile() || stat.size > MOST_BYTES) throw noCaptions(path);
  const captions = parseCaptions(readFileSync(path, 'utf8'));
  if (captions.length === 0) throw noCaptions(path);
  return captions;
}

const noCaptions = (path: string): EmostreamError =>
  new EmostreamError(
    'UNSUPPORTED_MEDIA',
    `${basename(path)} holds no captions: WebVTT (.vtt) and SubRip (.srt) are read.`,
  );

export function parseCaptions(text: string): Caption[] {
  const blocks = text
    .replace(/^\uFEFF/, '')
    .replaceAll(/\r\n?/g, '\n')
    .split(/\n[ \t]*\n/);
  return blocks
    .flatMap((block) => {
      const lines = block.split('\n');
      const at = lines.findIndex((line) => TIMES.test(line));
      if (at < 0) return [];
      const [startMs, endMs] = timesOf(TIMES.exec(lines[at]!)!);
      const said = plain(lines.slice(at + 1).join(' ')).slice(0, MOST_TEXT);
      return said !== '' && endMs >= startMs ? [{ text: said, startMs, endMs }] : [];
    })
    .sort((a, b) => a.startMs - b.startMs);
}

function timesOf(match: RegExpExecArray): [number, number] {
  const at = (first: number): number => {
    const [hours = 0, minutes = 0, seconds = 0] = [0, 1, 2].map((i) => Number(match[first + i] ?? 0));
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + Number((match[first + 3] ?? '').padEnd(3, '0'));
  };
  return [at(1), at(5)];
}

/** Without what is not said: markup, names of voices, sounds in brackets. */
const plain = (text: string): string =>
  text
    .replaceAll(/<[^>]*>|\{\\[^}]*\}/g, '')
    .replaceAll(/\[[^\]]*\]|^\s*-\s+/g, ' ')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&nbsp;', ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
