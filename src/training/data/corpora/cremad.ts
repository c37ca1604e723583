import { basename, extname, join } from 'node:path';
import type { Emotion } from '../../../common/emotions.js';
import { filesUnder } from './folders.js';
import { skip, type Listing } from './item.js';

const EMOTION_CODES: Record<string, Emotion> = {
  ANG: 'angry',
  DIS: 'disgusted',
  FEA: 'fearful',
  HAP: 'happy',
  NEU: 'neutral',
  SAD: 'sad',
};

/** CREMA-D (Cao et al. 2014): `1001_DFA_ANG_XX`: actor, sentence, emotion the actor was asked for, intensity. */
export function parseCremadName(name: string): { emotion: Emotion; speaker: string } | null {
  const match = /^(\d{4})_[A-Z]{3}_([A-Z]{3})_(?:LO|MD|HI|XX|X)$/u.exec(name);
  const emotion = match && EMOTION_CODES[match[2]!];
  return emotion ? { emotion, speaker: match[1]! } : null;
}

/** Sound from `AudioWAV/*.wav`, faces from `VideoFlash/*.flv`. There is no surprise in it. */
export async function listCremad(folder: string): Promise<Listing> {
  const listing: Listing = { items: [], skipped: new Map() };
  for (const [sub, extension, use] of [
    ['AudioWAV', '.wav', 'voice'],
    ['VideoFlash', '.flv', 'face'],
  ] as const) {
    for (const file of await filesUnder(join(folder, sub), 0)) {
      const found = parseCremadName(basename(file, extname(file)));
      if (extname(file).toLowerCase() !== extension) skip(listing.skipped, `${sub}: not ${extension}`);
      else if (!found) skip(listing.skipped, `${sub}: not a name of this corpus`);
      else listing.items.push({ uses: [use], file, split: null, ...found });
    }
  }
  return listing;
}
