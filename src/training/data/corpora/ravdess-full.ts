import { basename } from 'node:path';
import type { Emotion } from '../../../common/emotions.js';
import { FIRST_SPEAKER } from '../../speakers.js';
import { splitOfSpeaker } from '../../splits.js';
import { parseRavdessName } from '../speech.js';
import { filesUnder } from './folders.js';
import { skip, type Listing } from './item.js';

const MODALITY_CODES = { '01': 'both', '02': 'picture', '03': 'sound' } as const;

export interface RavdessFile {
  modality: 'both' | 'picture' | 'sound';
  song: boolean;
  emotion: Emotion;
  actor: number;
  /** The recording: the same in its sound, its picture and its film. */
  recording: string;
}

/** RAVDESS (Livingstone and Russo 2018): modality, vocal channel, emotion, intensity, statement, repetition, actor. */
export function parseRavdessFile(name: string): RavdessFile | null {
  const match = /^(0[123])-(0[12])-(\d\d-\d\d-\d\d-\d\d-(\d\d))\.(mp4|wav)$/u.exec(name);
  const clip = match && parseRavdessName(name);
  const actor = Number(match?.[4]);
  if (!clip || actor < 1 || actor > 24) return null;
  const modality = MODALITY_CODES[match[1] as keyof typeof MODALITY_CODES];
  if ((modality === 'sound') !== (match[5] === 'wav')) return null;
  return { modality, song: match[2] === '02', emotion: clip.emotion, actor, recording: match[3]! };
}

/**
 * Speech of 24 actors in `Actor_NN` folders: `.wav` of sound, `.mp4` of picture or both. A recording that lies there more than
 * once is taken once: voice from the sound file, faces from the picture file, else both from the film. Actors keep the split of
 * the shipped recipe (splits.ts), so that no voice on which it is tested gets into training by this door.
 */
export async function listRavdessFull(folder: string): Promise<Listing> {
  const listing: Listing = { items: [], skipped: new Map() };
  const recordings = new Map<string, Partial<Record<RavdessFile['modality'], string>> & { parsed: RavdessFile }>();
  for (const file of await filesUnder(folder, 2)) {
    const parsed = parseRavdessFile(basename(file));
    if (!parsed) skip(listing.skipped, 'not a name of this corpus');
    else if (parsed.song) skip(listing.skipped, 'song, not speech');
    else {
      const known = recordings.get(parsed.recording) ?? { parsed };
      if (known[parsed.modality] !== undefined) skip(listing.skipped, 'the same recording again');
      recordings.set(parsed.recording, { [parsed.modality]: file, ...known });
    }
  }
  for (const { parsed, sound, picture, both } of recordings.values()) {
    const { emotion, actor } = parsed;
    const common = { emotion, speaker: String(actor), split: splitOfSpeaker(FIRST_SPEAKER.ravdess + actor) };
    const [voice, face] = [sound ?? both, picture ?? both];
    if (voice !== undefined) listing.items.push({ ...common, uses: ['voice'], file: voice });
    if (face !== undefined) listing.items.push({ ...common, uses: ['face'], file: face });
  }
  return listing;
}
