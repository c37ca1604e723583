import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { decodePictures } from '../../src/training/data/decode-pictures.js';
import type { Picture } from '../../src/features/picture.js';
import { resampleRgbInto } from '../../src/features/resample.js';
import { seeded } from '../support/random.js';
import { CALL_SIZES } from './scenes.js';

export interface EmptyPicture {
  picture: Picture;
  /** The file that it was cut from. */
  file: string;
  tuned: boolean;
}

/** Every so many files took part in making the finder. */
const TUNED_FILES = 4;
const LONGEST = 1600;
const KINDS = /\.(?:png|jpe?g|webp|bmp)$/iu;
/** Bytes; smaller ones are icons. */
const LEAST = 8000;

/**
 * Parts of pictures that show nobody, as large as a call's pictures.
 * @param folder searched with the folders in it @param except files that show a face, by name @param cuts of each
 */
export async function cutRooms(folder: string, except: ReadonlySet<string>, cuts: number): Promise<EmptyPicture[]> {
  const all: EmptyPicture[] = [];
  for (const [n, file] of filesIn(folder)
    .filter((file) => !except.has(basename(file)))
    .entries()) {
    const decoded = await decodePictures(readFileSync(file), file, 1, LONGEST).catch(() => []);
    const random = seeded(n * 7919 + 17);
    for (let i = 0; decoded[0] && i < cuts; i++) {
      const [width, height] = CALL_SIZES[i % CALL_SIZES.length]!;
      all.push({ picture: cut(decoded[0], width, height, random), file, tuned: n % TUNED_FILES === 0 });
    }
  }
  return all;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => KINDS.test(path) && statSync(path).size >= LEAST);
}

/** A part of at least a quarter of what fits, anywhere. */
function cut(from: Picture, width: number, height: number, random: () => number): Picture {
  const most = Math.min(from.width, (from.height * width) / height);
  const region = { width: most * (0.25 + 0.75 * random()), height: 0, x: 0, y: 0 };
  region.height = (region.width * height) / width;
  region.x = random() * (from.width - region.width);
  region.y = random() * (from.height - region.height);
  const canvas = new Float32Array(width * height * 3);
  resampleRgbInto(canvas, width, from, region, width, height, 1, 0);
  return { rgb: Uint8Array.from(canvas, (value) => Math.min(255, Math.max(0, Math.round(value)))), width, height };
}
