import { join } from 'node:path';
import type { Emotion } from '../../../common/emotions.js';
import { exists, textOf } from './folders.js';
import { skip, type Listing } from './item.js';

const EMOTION_CODES: Record<string, Emotion> = {
  '1': 'surprised',
  '2': 'fearful',
  '3': 'disgusted',
  '4': 'happy',
  '5': 'sad',
  '6': 'angry',
  '7': 'neutral',
};

/** `train_00001.jpg 5` of RAF-DB's list (basic emotions; Li et al. 2017). */
export function parseRafdbLine(line: string): { name: string; split: 'train' | 'test'; code: string } | null {
  const match = /^((train|test)_\d+)\.jpg\s+(\d+)$/u.exec(line.trim());
  return match && { name: match[1]!, split: match[2] as 'train' | 'test', code: match[3]! };
}

/**
 * Aligned pictures of the basic emotions; the published test part is kept for testing, a tenth of the training part becomes
 * validation. Who is in a picture is not told, so each counts as a person of its own.
 */
export async function listRafdb(folder: string): Promise<Listing> {
  const listing: Listing = { items: [], skipped: new Map() };
  const root = (await exists(join(folder, 'basic', 'EmoLabel'))) ? join(folder, 'basic') : folder;
  const list = (await textOf(join(root, 'EmoLabel', 'list_patition_label.txt'))) ?? '';
  for (const line of list.split('\n').filter((one) => one.trim() !== '')) {
    const parsed = parseRafdbLine(line);
    const emotion = EMOTION_CODES[parsed?.code ?? ''];
    const file = join(root, 'Image', 'aligned', `${parsed?.name ?? ''}_aligned.jpg`);
    if (!parsed) skip(listing.skipped, 'not a line of the list');
    else if (!emotion) skip(listing.skipped, `label ${parsed.code} is unknown`);
    else if (!(await exists(file))) skip(listing.skipped, 'no picture');
    else {
      const split = parsed.split === 'test' ? 'test' : null;
      listing.items.push({ uses: ['face'], file, emotion, speaker: parsed.name, split });
    }
  }
  return listing;
}
