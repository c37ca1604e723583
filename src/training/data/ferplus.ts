import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { EMOTIONS } from '../../common/emotions.js';
import { EmostreamError } from '../../common/errors.js';
import { FACE_SIZE } from '../../features/types.js';
import { parseCsv } from './csv.js';
import { readTar, type TarFile } from './tar.js';

/** FER+ columns in the order of EMOTIONS. */
const COLUMNS = ['neutral', 'happiness', 'sadness', 'anger', 'fear', 'disgust', 'surprise'] as const;
/** Votes that are none of the seven emotions. */
const OTHER_COLUMNS = ['contempt', 'unknown', 'NF'] as const;

export interface FaceSet {
  /** n × FACE_SIZE² grey values. */
  images: Uint8Array;
  /** n × 7: share of the votes. */
  targets: Float32Array;
  /** n: index into EMOTIONS, or -1 where the votes have no single majority among the seven. */
  majority: Int32Array;
  /** n: the speaker's number, in corpora that tell who is in a picture. */
  speakers?: Int32Array;
}

export interface FerplusReport {
  /** Images dropped from a split because a later split holds the same picture, byte for byte. */
  duplicates: Record<'train' | 'valid', number>;
  /** Images without two votes for any of the seven emotions, or most often voted unknown or not a face (train only). */
  withoutEmotion: number;
}

/**
 * FER+ (Barsoum et al. 2016). Targets are the vote shares over the seven emotions, single votes counted as noise as in that
 * paper. The majority label is the column with the most votes of all ten, null when tied or not one of the seven. Images of
 * the training split that also are in the validation or test split are dropped, and those of the validation split that
 * are in the test split; the test split is left as it is.
 * @param folder holds `{train,valid,test}.tar.gz` and `fer2013new.csv`
 */
export async function readFerplus(
  folder: string,
): Promise<{ train: FaceSet; valid: FaceSet; test: FaceSet; report: FerplusReport }> {
  const csv = parseCsv(await readFile(join(folder, 'fer2013new.csv'), 'utf8'));
  const votes = new Map(csv.map((row) => [row['Image name'] ?? '', row]));
  const files = {
    train: await readTar(join(folder, 'train.tar.gz')),
    valid: await readTar(join(folder, 'valid.tar.gz')),
    test: await readTar(join(folder, 'test.tar.gz')),
  };
  const decode = (list: TarFile[]): DecodedFace[] => list.filter(({ name }) => name.endsWith('.png')).map(decodeFace);
  const decoded = { train: decode(files.train), valid: decode(files.valid), test: decode(files.test) };
  const inTest = new Set(decoded.test.map(({ digest }) => digest));
  const inValid = new Set(decoded.valid.map(({ digest }) => digest));
  const valid = decoded.valid.filter(({ digest }) => !inTest.has(digest));
  const train = decoded.train.filter(({ digest }) => !inTest.has(digest) && !inValid.has(digest));
  const trainSet = collect(train, votes, true);
  return {
    train: trainSet,
    valid: collect(valid, votes, false),
    test: collect(decoded.test, votes, false),
    report: {
      duplicates: { train: decoded.train.length - train.length, valid: decoded.valid.length - valid.length },
      withoutEmotion: train.length - trainSet.majority.length,
    },
  };
}

interface DecodedFace {
  name: string;
  grey: Uint8Array;
  digest: string;
}

function decodeFace({ name, data }: TarFile): DecodedFace {
  const { width, height, data: rgba } = PNG.sync.read(data);
  if (width !== FACE_SIZE || height !== FACE_SIZE) {
    throw new EmostreamError('MEDIA_CORRUPT', `${name} is ${width}×${height}, not ${FACE_SIZE}×${FACE_SIZE}.`);
  }
  const grey = Uint8Array.from({ length: width * height }, (_, i) => rgba[4 * i]!);
  return { name, grey, digest: createHash('sha256').update(grey).digest('base64') };
}

function collect(faces: DecodedFace[], votes: Map<string, Record<string, string>>, forTraining: boolean): FaceSet {
  const kept = faces.flatMap((face) => {
    const row = votes.get(face.name);
    if (!row) throw new EmostreamError('MEDIA_CORRUPT', `${face.name} has no row in fer2013new.csv.`);
    const label = labelOf(row);
    return label.target || !forTraining ? [{ grey: face.grey, ...label }] : [];
  });
  const pixels = FACE_SIZE * FACE_SIZE;
  const set: FaceSet = {
    images: new Uint8Array(kept.length * pixels),
    targets: new Float32Array(kept.length * EMOTIONS.length),
    majority: Int32Array.from(kept, ({ majority }) => majority),
  };
  kept.forEach(({ grey, target }, i) => {
    set.images.set(grey, i * pixels);
    if (target) set.targets.set(target, i * EMOTIONS.length);
  });
  return set;
}

/** @returns the vote shares (null: none of the seven emotions) and the majority's index (-1: none) */
export function labelOf(row: Record<string, string>): { target: number[] | null; majority: number } {
  const of = (column: string): number => Number(row[column] ?? 0);
  const all = [...COLUMNS, ...OTHER_COLUMNS].map(of);
  const most = Math.max(...all);
  const winners = all.flatMap((count, i) => (count === most ? [i] : []));
  const majority = winners.length === 1 && winners[0]! < EMOTIONS.length ? winners[0]! : -1;
  const counts = COLUMNS.map(of).map((count) => (count > 1 ? count : 0));
  const sum = counts.reduce((total, count) => total + count, 0);
  // Mostly "unknown" or "not a face": no good example of anything.
  const unusable = Math.max(of('unknown'), of('NF')) >= most;
  return { target: sum > 0 && !unusable ? counts.map((count) => count / sum) : null, majority };
}
