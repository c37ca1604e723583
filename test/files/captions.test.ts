import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseCaptions, readCaptions } from '../../src/files/captions.js';
import { temporaryFolder } from '../support/temporary-folder.js';

it('reads WebVTT with settings, names, markup, notes and hours', () => {
  const text = [
    '\uFEFFWEBVTT - of a talk\r\nKind: captions\r\n',
    'NOTE\r\nnot said: 00:00:01.000',
    'first\r\n00:01.500 --> 00:03.000 align:start position:0%\r\n<v Ada><b>Good</b> morning</v>\r\nto all &amp; sundry',
    '01:02:03.004 --> 01:02:04.000\r\n[applause] Thanks',
    'STYLE\r\n::cue { color: red }',
    '00:10.000 --> 00:11.000\r\n[music]',
  ].join('\r\n\r\n');
  expect(parseCaptions(text)).toEqual([
    { text: 'Good morning to all & sundry', startMs: 1500, endMs: 3000 },
    { text: 'Thanks', startMs: 3_723_004, endMs: 3_724_000 },
  ]);
});

it('reads SubRip, in order of time', () => {
  const text = '2\n00:00:05,000 --> 00:00:06,250\n- Well,\n{\\an8}no.\n\n1\n00:00:01,5 --> 00:00:02,000\nYes.\n';
  expect(parseCaptions(text)).toEqual([
    { text: 'Yes.', startMs: 1500, endMs: 2000 },
    { text: 'Well, no.', startMs: 5000, endMs: 6250 },
  ]);
});

it('passes over what ends before it begins, and says what holds no captions', () => {
  expect(parseCaptions('WEBVTT\n\n00:05.000 --> 00:04.000\nbackwards\n')).toEqual([]);
  const folder = temporaryFolder();
  const path = join(folder, 'talk.vtt');
  expect(() => readCaptions(path)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }) as Error);
  writeFileSync(path, 'WEBVTT\n');
  expect(() => readCaptions(path)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_MEDIA' }) as Error);
});
