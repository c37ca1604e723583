import { EmostreamError } from '../../common/errors.js';
import { greyOf, type Picture } from '../../features/picture.js';
import { decodePictures } from './decode-pictures.js';
import { emotionOf, readLabelled, type LabelledFile } from './labelled-archive.js';
import { PreparedWriter } from './prepared-writer.js';

/** Whole portraits, each at its own size: a face in them has still to be found. */
export interface PortraitSet {
  /** Grey values of all of them, one after another. */
  grey: Uint8Array;
  /** n + 1: where each begins, and the end. */
  offsets: Int32Array;
  /** n: pixels. */
  widths: Int32Array;
  heights: Int32Array;
  /** n: 1 happy, 0 any other expression. */
  happy: Int32Array;
  /** n: who it is, by number. */
  persons: Int32Array;
}

/** The corpus's own parts. */
export const PORTRAIT_SPLITS = ['train', 'valid'] as const;
export type PortraitSplit = (typeof PORTRAIT_SPLITS)[number];

export const portraitSet = (split: PortraitSplit): string => `muxspace-${split}`;

const COLUMNS = ['label', 'label_raw', 'person', 'split', 'trust', 'person_in_hidden'];
/** No class of its own among the seven, and not happy. */
const CONTEMPT = 'contempt';
/** Of a press photograph that was cropped to the head; the live path searches pictures of at most so many. */
const LONGEST = 640;

/**
 * Labelled Faces in the Wild as annotated by muxspace (facial_expressions). One annotator labelled each picture, and only happy
 * against the rest is repeated by another (kappa 0.76): no other label is kept. What is not trusted, or shows a person that is in
 * another set too, is left out; colour tells film frames from photographs, so that all is grey.
 * @returns pictures by part, and how many were left out
 * @throws EmostreamError MEDIA_CORRUPT when the archive is not whole or a picture cannot be decoded
 */
export async function prepareMuxspace(
  path: string,
  out: string,
): Promise<{ counts: Record<PortraitSplit, number>; leftOut: number }> {
  const files = await readLabelled(path, COLUMNS);
  const kept = files.filter(({ row }) => row['trust'] !== '0' && row['person_in_hidden'] !== '1');
  const counts = { train: 0, valid: 0 };
  const own = kept.map((file) => ({ file, split: splitOf(file), happy: isHappy(file), person: personOf(file) }));
  const writers: PreparedWriter[] = [];
  try {
    for (const split of PORTRAIT_SPLITS) {
      const writer = await PreparedWriter.create(out, portraitSet(split), { name: 'grey', type: 'Uint8Array' });
      writers.push(writer);
      const rows: { width: number; height: number; happy: boolean; person: number }[] = [];
      for (const { file, happy, person } of own.filter((each) => each.split === split)) {
        const [picture] = await decodePictures(Buffer.from(file.data), file.name, 1, LONGEST);
        const { samples, width, height } = greyOf(picture!);
        await writer.append(Uint8Array.from(samples, Math.round));
        rows.push({ width, height, happy, person });
      }
      const offsets = new Int32Array(rows.length + 1);
      rows.forEach(({ width, height }, i) => (offsets[i + 1] = offsets[i]! + width * height));
      await writer.finish({
        offsets,
        widths: Int32Array.from(rows, ({ width }) => width),
        heights: Int32Array.from(rows, ({ height }) => height),
        happy: Int32Array.from(rows, ({ happy }) => (happy ? 1 : 0)),
        persons: Int32Array.from(rows, ({ person }) => person),
      });
      counts[split] = rows.length;
    }
    for (const writer of writers) await writer.publish();
  } finally {
    for (const writer of writers) await writer.discard();
  }
  return { counts, leftOut: files.length - kept.length };
}

/** A portrait as the live path's finder takes it. */
export function portraitAt({ grey, offsets, widths, heights }: PortraitSet, i: number): Picture {
  const values = grey.subarray(offsets[i], offsets[i + 1]);
  const rgb = new Uint8Array(3 * values.length);
  for (let p = 0; p < values.length; p++) rgb.fill(values[p]!, 3 * p, 3 * p + 3);
  return { rgb, width: widths[i]!, height: heights[i]! };
}

function splitOf({ name, row }: LabelledFile): PortraitSplit {
  const split = PORTRAIT_SPLITS.find((each) => each === row['split']);
  if (split) return split;
  throw new EmostreamError('MEDIA_CORRUPT', `${name} is of part "${row['split']}", which the corpus does not have.`);
}

const isHappy = (file: LabelledFile): boolean =>
  file.row['label'] === '' && file.row['label_raw'] === CONTEMPT ? false : emotionOf(file) === 'happy';

function personOf({ name, row }: LabelledFile): number {
  const [, number] = /^m(\d{1,6})$/u.exec(row['person']!) ?? [];
  if (number !== undefined) return Number(number);
  throw new EmostreamError('MEDIA_CORRUPT', `${name} shows "${row['person']}", which is no number of a person.`);
}
