import { readFile } from 'node:fs/promises';
import { basename, extname, join, relative } from 'node:path';
import type { Emotion } from '../../../common/emotions.js';
import type { Region } from '../../../features/resample.js';
import type { Split } from '../../splits.js';
import { parseCsv } from '../csv.js';
import { exists, filesUnder, namesIn, textOf } from './folders.js';
import { skip, type Listing } from './item.js';
import { npyScalar } from './npy.js';

/** Class numbers of AffectNet (Mollahosseini et al. 2019). */
const CLASSES: (Emotion | null)[] = [
  'neutral',
  'happy',
  'sad',
  'surprised',
  'fearful',
  'disgusted',
  'angry',
  null, // contempt
  null, // none
  null, // uncertain
  null, // no face
];
const CLASS_NAMES = ['neutral', 'happy', 'sad', 'surprise', 'fear', 'disgust', 'anger', 'contempt'];
const OTHER_NAMES: Record<string, number> = {
  happiness: 1,
  sadness: 2,
  surprised: 3,
  fearful: 4,
  disgusted: 5,
  angry: 6,
};
const PICTURES = new Set(['.jpg', '.jpeg', '.png', '.bmp', '.webp']);

/** Its own validation part is what everybody tests on (the test part is not published): it is our test part. */
const PARTS: Record<string, Split | null> = {
  train: null,
  train_set: null,
  train_class: null,
  training: null,
  val: 'test',
  val_set: 'test',
  val_class: 'test',
  valid: 'test',
  validation: 'test',
  test: 'test',
  test_set: 'test',
};

/** The class of a folder: `3`, `class004` (counted from 1), `surprise`. @returns null where it names none */
export function affectnetClass(folder: string): number | null {
  const name = folder.toLowerCase();
  const counted = /^class0*(\d{1,2})$/u.exec(name);
  if (counted) return inRange(Number(counted[1]) - 1);
  if (/^\d{1,2}$/u.test(name)) return inRange(Number(name));
  const index = CLASS_NAMES.indexOf(name);
  return index >= 0 ? index : (OTHER_NAMES[name] ?? null);
}

const inRange = (index: number): number | null => (index >= 0 && index < CLASSES.length ? index : null);

/**
 * AffectNet as its owners and its users lay it out: `train_set/images/ID.jpg` with `annotations/ID_exp.npy`, folders by class
 * under `train` and `val`, or `training.csv` and `validation.csv` with the pictures' paths.
 */
export async function listAffectnet(folder: string): Promise<Listing> {
  const listing: Listing = { items: [], skipped: new Map() };
  for (const part of await namesIn(folder)) {
    const known = part.toLowerCase();
    if (known === 'training.csv' || known === 'validation.csv') {
      await listTable(folder, part, known === 'training.csv' ? null : 'test', listing);
    } else if (known in PARTS) {
      const annotated = await exists(join(folder, part, 'annotations'));
      await (annotated ? listAnnotated : listClasses)(join(folder, part), PARTS[known]!, listing);
    }
  }
  // Each picture is a person of its own, by a name that does not depend on where the corpus lies.
  return { ...listing, items: listing.items.map((item) => ({ ...item, speaker: relative(folder, item.speaker) })) };
}

function add(
  listing: Listing,
  file: string,
  index: number | null,
  code: string,
  split: Split | null,
  face: Region | null = null,
): void {
  const emotion = index === null ? undefined : CLASSES[index];
  if (!PICTURES.has(extname(file).toLowerCase())) skip(listing.skipped, 'not a picture');
  else if (emotion === undefined) skip(listing.skipped, `label "${code}" is unknown`);
  else if (emotion === null) skip(listing.skipped, `class ${index} is none of the seven`);
  else listing.items.push({ uses: ['face'], file, emotion, speaker: file, split, ...(face ? { face } : {}) });
}

async function listAnnotated(part: string, split: Split | null, listing: Listing): Promise<void> {
  for (const file of await filesUnder(join(part, 'images'), 0)) {
    const annotation = join(part, 'annotations', `${basename(file, extname(file))}_exp.npy`);
    const data = await readFile(annotation).catch(() => null);
    const code = data && npyScalar(data);
    if (!data) skip(listing.skipped, 'no annotation');
    else if (code === null) skip(listing.skipped, 'an annotation that cannot be read');
    else add(listing, file, /^\d+$/u.test(code) ? inRange(Number(code)) : null, code, split);
  }
}

async function listClasses(part: string, split: Split | null, listing: Listing): Promise<void> {
  for (const name of await namesIn(part)) {
    for (const file of await filesUnder(join(part, name), 0)) add(listing, file, affectnetClass(name), name, split);
  }
}

async function listTable(folder: string, csv: string, split: Split | null, listing: Listing): Promise<void> {
  const manual = join(folder, 'Manually_Annotated_Images');
  const images = (await exists(manual)) ? manual : folder;
  for (const row of parseCsv((await textOf(join(folder, csv))) ?? '')) {
    const [path, code] = [row['subDirectory_filePath'] ?? '', row['expression'] ?? ''];
    const file = join(images, path);
    // A path out of the corpus is none of its pictures.
    if (path === '' || path.split(/[\\/]/u).includes('..')) skip(listing.skipped, `${csv}: a row without a picture`);
    else if (!(await exists(file))) skip(listing.skipped, `${csv}: no picture`);
    else add(listing, file, /^\d+$/u.test(code) ? inRange(Number(code)) : null, code, split, markedFace(row));
  }
}

/** The tables go with pictures as they were found on the web, and say where the face is. */
function markedFace(row: Record<string, string>): Region | null {
  const values = ['face_x', 'face_y', 'face_width', 'face_height'].map((name) => Number.parseFloat(row[name] ?? ''));
  const [x, y, width, height] = values as [number, number, number, number];
  return values.every(Number.isFinite) && width > 0 && height > 0 ? { x, y, width, height } : null;
}
