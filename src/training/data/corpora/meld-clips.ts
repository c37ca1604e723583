import { basename, join } from 'node:path';
import type { Emotion } from '../../../common/emotions.js';
import { parseCsv } from '../csv.js';
import { filesUnder, textOf } from './folders.js';
import { skip, type Listing } from './item.js';

const EMOTION_NAMES: Record<string, Emotion> = {
  anger: 'angry',
  disgust: 'disgusted',
  fear: 'fearful',
  joy: 'happy',
  neutral: 'neutral',
  sadness: 'sad',
  surprise: 'surprised',
};

const SPLITS = [
  { split: 'train', folder: 'train_splits', csv: 'train_sent_emo.csv' },
  { split: 'valid', folder: 'dev_splits_complete', csv: 'dev_sent_emo.csv' },
  { split: 'test', folder: 'output_repeated_splits_test', csv: 'test_sent_emo.csv' },
] as const;

/** `dia0_utt0.mp4` → `0/0`, the key of dialogue and utterance in the table. */
export function parseMeldClip(name: string): string | null {
  const match = /^dia(\d+)_utt(\d+)\.mp4$/u.exec(name);
  return match && `${Number(match[1])}/${Number(match[2])}`;
}

/**
 * MELD's raw clips (Poria et al. 2019), the voice of each; published splits. Faces are not taken: a scene shows several people,
 * and nothing tells which of them speaks. The words are those of the `meld` corpus already.
 */
export async function listMeldClips(folder: string): Promise<Listing> {
  const listing: Listing = { items: [], skipped: new Map() };
  for (const { split, folder: sub, csv } of SPLITS) {
    const files = await filesUnder(join(folder, sub), 0);
    if (files.length === 0) continue;
    const table = (await textOf(join(folder, csv))) ?? (await textOf(join(folder, sub, csv)));
    const rows = parseCsv(table ?? '');
    const byKey = new Map(rows.map((row) => [`${Number(row['Dialogue_ID'])}/${Number(row['Utterance_ID'])}`, row]));
    for (const file of files) {
      const key = parseMeldClip(basename(file));
      const row = key === null ? undefined : byKey.get(key);
      const emotion = EMOTION_NAMES[row?.['Emotion'] ?? ''];
      if (key === null) skip(listing.skipped, `${sub}: not a name of this corpus`);
      else if (!row) skip(listing.skipped, `${sub}: no row in ${csv}`);
      else if (!emotion) skip(listing.skipped, `${sub}: label "${row['Emotion'] ?? ''}" is unknown`);
      else listing.items.push({ uses: ['voice'], file, emotion, speaker: row['Speaker'] ?? key, split });
    }
  }
  return listing;
}
