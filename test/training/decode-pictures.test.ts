import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Picture } from '../../src/features/face-finder.js';
import { decodeAudio } from '../../src/training/data/decode-audio.js';
import { decodePictures, spread } from '../../src/training/data/decode-pictures.js';
import { picture } from '../features/support/pictures.js';
import { paletteFile, pictureFile, writeFilm } from './support/film.js';
import { tone, wavFile } from './support/wav.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emostream-pictures-'));
});
afterAll(() => rm(folder, { recursive: true }));

const grey = (level: number, width = 64, height = 48): Picture => picture(width, height, () => [level, level, level]);
const middle = ({ rgb, width, height }: Picture): number => rgb[((height >> 1) * width + (width >> 1)) * 3]!;

describe('pictures', () => {
  it.each(['png', 'jpg', 'bmp', 'webp'] as const)('of a %s file are as they were drawn', async (kind) => {
    // Red above, blue below: a picture upside down or with its channels swapped is another.
    const drawn = picture(64, 48, (_, y) => (y < 24 ? [200, 20, 20] : [20, 20, 200]));
    const [first, ...more] = await decodePictures(pictureFile(kind, drawn), kind, 4);
    expect(more).toEqual([]);
    expect([first!.width, first!.height]).toEqual([64, 48]);
    const at = (y: number): number[] => [...first!.rgb.subarray((y * 64 + 32) * 3, (y * 64 + 32) * 3 + 3)];
    for (const [i, value] of [200, 20, 20].entries()) expect(Math.abs(at(10)[i]! - value)).toBeLessThan(12);
    for (const [i, value] of [20, 20, 200].entries()) expect(Math.abs(at(40)[i]! - value)).toBeLessThan(12);
  });

  // FFmpeg keeps the palette where the binding shows no plane: reading it ended the process.
  it.each([
    [64, 48],
    [33, 17],
    [161, 5],
  ])('with a palette have its colours (%i × %i)', async (width, height) => {
    const colours: [number, number, number][] = [
      [200, 20, 20],
      [20, 20, 200],
      [10, 240, 90],
    ];
    const pixels = Array.from({ length: width * height }, (_, i) => i % 3);
    const [first] = await decodePictures(paletteFile(colours, width, height, pixels), 'palette.bmp', 1);
    expect([first!.width, first!.height]).toEqual([width, height]);
    expect([...first!.rgb]).toEqual(pixels.flatMap((pixel) => colours[pixel]!));
  });

  it.each([0, 2, 4, 6] as const)('of PNG’s colour type %i are read, with 8 bits and with 16', async (colorType) => {
    for (const bitDepth of [8, 16] as const) {
      const image = new PNG({ width: 35, height: 21, bitDepth, colorType });
      const values = new (bitDepth === 8 ? Uint8Array : Uint16Array)(35 * 21 * 4);
      const [level, opaque] = bitDepth === 8 ? [0x90, 0xff] : [0x9090, 0xffff];
      values.forEach((_, i) => (values[i] = i % 4 === 3 ? opaque : level));
      image.data = Buffer.from(values.buffer);
      const [first] = await decodePictures(PNG.sync.write(image, { colorType, bitDepth }), 'a.png', 1);
      expect([first!.width, first!.height]).toEqual([35, 21]);
      expect(first!.rgb.every((value) => Math.abs(value - 0x90) <= 1)).toBe(true);
    }
  });

  it('are scaled as in a call', async () => {
    const [first] = await decodePictures(pictureFile('png', grey(90, 1280, 720)), 'large.png', 1);
    expect([first!.width, first!.height, middle(first!)]).toEqual([640, 360, 90]);
  });

  it.each(['mp4', 'flv'])('of a film (%s) are spread evenly, none at its ends', async (kind) => {
    // Picture i has the grey level 10 i + 20.
    const pictures = Array.from({ length: 20 }, (_, i) => grey(10 * i + 20));
    const film = await writeFilm(join(folder, `a.${kind}`), { pictures, sound: tone(440, 48_000) });
    const levels = (await decodePictures(film, kind, 4)).map((each) => Math.round((middle(each) - 20) / 10));
    expect(levels).toEqual([4, 8, 12, 16]);
  });

  it('of a file that holds none, or is cut, are refused', async () => {
    const png = pictureFile('png', grey(90));
    for (const bad of [Buffer.from('no picture'), Buffer.alloc(0), png.subarray(0, 60), wavFile(tone(440))]) {
      await expect(decodePictures(bad, 'bad', 1)).rejects.toMatchObject({ code: 'MEDIA_CORRUPT' });
    }
  });

  it('are placed so also where there are few', () => {
    expect([spread(0, 4), spread(1, 4), spread(2, 4), spread(3, 4), spread(4, 4)]).toEqual([[], [0], [1], [1], [1, 2]]);
  });
});

describe('sound', () => {
  it.each(['mp4', 'flv'])('of a film (%s) is its sound track at 16 kHz', async (kind) => {
    const film = await writeFilm(join(folder, `b.${kind}`), { pictures: [grey(1), grey(2)], sound: tone(500, 48_000) });
    const samples = await decodeAudio(film, kind);
    expect(Math.abs(samples.length - 16_000)).toBeLessThan(2000);
    const within = samples.subarray(6000, 10_000);
    let crossings = 0;
    for (let i = 1; i < within.length; i++) if (within[i - 1]! < 0 !== within[i]! < 0) crossings++;
    // A quarter of a second of 500 Hz.
    expect(Math.abs(crossings - 250)).toBeLessThan(3);
  });
});
