import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openContainer } from '../../../src/media/file/container.js';
import { FrameReader } from '../../../src/media/file/frame-reader.js';
import { PictureSource } from '../../../src/media/file/picture-source.js';
import { SoundSource } from '../../../src/media/file/sound-source.js';
import { liveDecoders } from '../../../src/media/index.js';
import type { AudioChunk, VideoFrame } from '../../../src/media/index.js';
import { picture } from '../../features/support/pictures.js';
import { writeWav } from '../../files/support/clips.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { writeFilm } from '../../training/support/film.js';

const code = (path: string): string => {
  try {
    openContainer(path).close();
    return 'opened';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

it('refuses what is no recording, what is locked, and lists that would have other files opened', async () => {
  const folder = temporaryFolder({
    'empty.mp4': '',
    'text.mp4': 'no recording at all',
    'list.mp4': '#EXTM3U\n#EXTINF:10,\nfile:///etc/hostname\n',
    'list.txt': 'ffconcat version 1.0\nfile /etc/hostname\n',
    'mpd.mp4': '<?xml version="1.0"?><MPD></MPD>',
    'other.mp4': '<!-- --><MPD></MPD>',
    // FFmpeg looks behind tags of music.
    'tagged.mp3': `ID3\x04\0\0\0\0\0\x14${'\0'.repeat(20)}#EXTM3U\n#EXTINF:10,\nfile:///etc/hostname.ts\n`,
    'call.sdp': 'v=0\no=- 0 0 IN IP4 127.0.0.1\n',
  });
  const at = (name: string): string => join(folder, name);
  mkdirSync(at('folder'));
  const tone = Float32Array.from({ length: 48_000 }, (_, i) => Math.sin(i / 20));
  await writeFilm(at('film.mp4'), { pictures: [picture(64, 48, () => [9, 99, 199])], sound: tone });
  const locked = readFileSync(at('film.mp4'));
  // As ISO/IEC 23001-7 names the sample entries of what is encrypted.
  for (const [plain, name] of [
    ['avc1', 'encv'],
    ['mp4a', 'enca'],
  ] as const)
    locked.write(name, locked.lastIndexOf(plain));
  writeFileSync(at('locked.mp4'), locked);
  const found = ['nothing.mp4', 'folder', 'empty.mp4', 'text.mp4'].map((name) => code(at(name)));
  expect(found).toEqual(['NOT_FOUND', 'UNSUPPORTED_MEDIA', 'MEDIA_EMPTY', 'MEDIA_CORRUPT']);
  for (const list of ['list.mp4', 'list.txt', 'mpd.mp4', 'other.mp4', 'tagged.mp3', 'call.sdp']) {
    expect(code(at(list)), list).toBe('UNSUPPORTED_MEDIA');
  }
  expect(code(at('locked.mp4'))).toBe('MEDIA_ENCRYPTED');
  expect(code(at('film.mp4'))).toBe('opened');
});

function soundsOf(path: string): AudioChunk[] {
  const source = new SoundSource(FrameReader.open(path, 'it', 'audio')!, null);
  const chunks: AudioChunk[] = [];
  for (let chunk = source.next(); chunk; chunk = source.next()) chunks.push(chunk);
  source.close();
  return chunks;
}

const RATE = 16_000;

it.each([
  [8000, 1],
  [44_100, 2],
  [48_000, 6],
  [96_000, 8],
])('sound at %i Hz in %i channels becomes mono at 16 kHz, as loud and as long', (rate, channels) => {
  const folder = temporaryFolder();
  const seconds = 2;
  // The same 500 Hz in each channel: mixed down it is what it was.
  const samples = Float32Array.from({ length: rate * seconds * channels }, (_, i) => {
    return 0.5 * Math.sin((2 * Math.PI * 500 * Math.floor(i / channels)) / rate);
  });
  const chunks = soundsOf(writeWav(join(folder, 'tone.wav'), samples, rate, channels));
  const all = chunks.flatMap((chunk) => [...chunk.samples]);
  expect(Math.abs(all.length - RATE * seconds)).toBeLessThanOrEqual(2);
  let at = 0;
  for (const chunk of chunks) {
    expect(chunk.mediaTime).toBeCloseTo((1000 * at) / RATE, 0);
    at += chunk.samples.length;
  }
  // Away from the ends, where the filter begins and ends.
  const middle = all.slice(RATE / 2, RATE);
  const wrong = middle.map((sample, i) =>
    Math.abs(sample - 0.5 * Math.sin((2 * Math.PI * 500 * (i + RATE / 2)) / RATE)),
  );
  expect(Math.max(...wrong)).toBeLessThan(0.01);
  expect(liveDecoders()).toBe(0);
});

function picturesOf(path: string): VideoFrame[] {
  const source = new PictureSource(FrameReader.open(path, 'it', 'video')!, null);
  const frames: VideoFrame[] = [];
  for (let frame = source.next(); frame; frame = source.next()) frames.push(frame);
  source.close();
  return frames;
}

/** Bright in its left upper quarter. */
const marked = picture(64, 32, (x, y) => (x < 32 && y < 16 ? [240, 240, 240] : [20, 20, 20]));
const brightQuarter = ({ width, height, yuv }: VideoFrame): string => {
  const at = (x: number, y: number): number => yuv[Math.floor(y * height) * width + Math.floor(x * width)]!;
  const [a, b, c, d] = [at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75), at(0.75, 0.75)];
  const brightest = Math.max(a, b, c, d);
  return { [a]: 'left top', [b]: 'right top', [c]: 'left bottom', [d]: 'right bottom' }[brightest]!;
};

/** As phones write it: the matrix of the track's header (ISO/IEC 14496-12, 8.3.2). */
function turn(file: Buffer, [a, b, c, d]: number[]): Buffer {
  const matrix = file.indexOf('tkhd') + 4 + 40;
  [a, b, 0, c, d, 0].forEach((value, i) => file.writeInt32BE(65_536 * value!, matrix + 4 * i));
  return file;
}

it.each([
  ['not at all', [1, 0, 0, 1], [64, 32], 'left top'],
  ['a quarter to the right', [0, 1, -1, 0], [32, 64], 'right top'],
  ['upside down', [-1, 0, 0, -1], [64, 32], 'right bottom'],
  ['a quarter to the left', [0, -1, 1, 0], [32, 64], 'left bottom'],
])('a phone’s picture that is to be turned %s stands upright', async (_, matrix, size, quarter) => {
  const path = join(temporaryFolder(), 'phone.mp4');
  const file = await writeFilm(path, { pictures: Array.from({ length: 10 }, () => marked), framesPerSecond: 10 });
  writeFileSync(path, turn(file, matrix));
  const [first] = picturesOf(path);
  expect([first!.width, first!.height]).toEqual(size);
  expect(brightQuarter(first!)).toBe(quarter);
});

it('looks at eight pictures a second, whatever the rate', async () => {
  const path = join(temporaryFolder(), 'fast.mp4');
  await writeFilm(path, { pictures: Array.from({ length: 60 }, () => marked), framesPerSecond: 30 });
  const times = picturesOf(path).map(({ mediaTime }) => mediaTime);
  expect(times).toHaveLength(16);
  times.forEach((time, k) => expect(Math.floor(time / 125)).toBe(k));
});
