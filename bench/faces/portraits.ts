import { decodePictures } from '../../src/training/data/decode-pictures.js';
import { parseCsv } from '../../src/training/data/csv.js';
import { readTar } from '../../src/training/data/tar.js';
import type { Picture } from '../../src/features/picture.js';

export interface Portrait {
  picture: Picture;
  /** The finder was made on the pictures of these people. */
  tuned: boolean;
}

/** Of the people in the collection, those whose number is a multiple of this took part in making the finder. */
export const TUNED_PEOPLE = 4;

/** Cuts of a portrait as of somebody who comes closer: height over width (0: as it is), and how much of what fits is left. */
export const FRAMINGS: Record<string, { aspect: number; share: number }> = {
  'as it is': { aspect: 0, share: 1 },
  'wide (4:3), lower than the head': { aspect: 3 / 4, share: 1 },
  'upright (3:4), narrower than the head': { aspect: 4 / 3, share: 1 },
  'close, the face fills it': { aspect: 1, share: 0.75 },
};

/**
 * The collection of portraits whose labels were made by hand: those of `trust` 1, all cut alike around the head.
 * @param tar holds `labels.csv` and the pictures @param every of the pictures every nth
 */
export async function readPortraits(tar: string, every: number): Promise<Portrait[]> {
  const files = await readTar(tar);
  const labels = files.find(({ name }) => name === 'labels.csv');
  if (!labels) throw new Error(`${tar} holds no labels.csv`);
  const rows = new Map(parseCsv(labels.data.toString('utf8')).map((row) => [row['file'], row]));
  const portraits: Portrait[] = [];
  for (const [i, { name, data }] of files.filter(({ name }) => rows.get(name)?.['trust'] === '1').entries()) {
    if (i % every !== 0) continue;
    const [picture] = await decodePictures(Buffer.from(data), name, 1);
    const person = Number(rows.get(name)!['person']!.slice(1));
    portraits.push({ picture: picture!, tuned: person % TUNED_PEOPLE === 0 });
  }
  return portraits;
}

/** The middle of a picture, in another shape. */
export function framed(picture: Picture, { aspect, share }: { aspect: number; share: number }): Picture {
  if (aspect === 0) return picture;
  const { rgb } = picture;
  const width = Math.round(share * Math.min(picture.width, picture.height / aspect));
  const height = Math.round(share * Math.min(picture.height, picture.width * aspect));
  const [left, top] = [(picture.width - width) >> 1, (picture.height - height) >> 1];
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * picture.width + left) * 3;
    out.set(rgb.subarray(from, from + width * 3), y * width * 3);
  }
  return { rgb: out, width, height };
}
