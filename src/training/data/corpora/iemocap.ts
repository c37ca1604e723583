import { basename, join } from 'node:path';
import type { Emotion } from '../../../common/emotions.js';
import type { Split } from '../../splits.js';
import { exists, filesUnder, namesIn, textOf } from './folders.js';
import { skip, type Listing } from './item.js';

const EMOTION_CODES: Record<string, Emotion | null> = {
  ang: 'angry',
  hap: 'happy',
  exc: 'happy', // excitement: joined with happiness, as the literature on this corpus does
  sad: 'sad',
  neu: 'neutral',
  fea: 'fearful',
  dis: 'disgusted',
  sur: 'surprised',
  fru: null, // frustration: between anger and sadness, none of the seven
  oth: null,
  xxx: null, // the raters did not agree
};

/** A session is two people talking to each other: split by session, so that no speaker is in two parts. */
const SESSION_SPLITS: Record<string, Split> = { '4': 'valid', '5': 'test' };

export interface IemocapLine {
  utterance: string;
  dialogue: string;
  session: string;
  speaker: string;
  code: string;
}

/** `[6.2901 - 8.2357]⇥Ses01F_impro01_F000⇥neu⇥[2.5, 2.5, 2.5]`; the raters' single lines are none. */
export function parseIemocapLine(line: string): IemocapLine | null {
  const match = /^\[[\d.]+ - [\d.]+\]\s+((Ses0([1-5])[FM]_\w+)_([FM])[A-Z]?\d{3})\s+([a-z]{3})\s/u.exec(line);
  if (!match) return null;
  const [utterance, dialogue, session, gender, code] = match.slice(1) as [string, string, string, string, string];
  return { utterance, dialogue, session, speaker: `${session}${gender}`, code };
}

/** `Ses01F_impro01_F000 [006.2901-008.2357]: Excuse me.` */
export function parseIemocapWords(line: string): { utterance: string; text: string } | null {
  const match = /^(Ses\w+) \[[\d.]+-[\d.]+\]: (.+)$/u.exec(line.trim());
  return match && { utterance: match[1]!, text: match[2]! };
}

/** Voice and words of `Session1` to `Session5` (Busso et al. 2008). */
export async function listIemocap(folder: string): Promise<Listing> {
  const listing: Listing = { items: [], skipped: new Map() };
  for (const name of (await namesIn(folder)).filter((one) => /^Session[1-5]$/u.test(one))) {
    const session = join(folder, name);
    for (const file of await filesUnder(join(session, 'dialog', 'EmoEvaluation'), 0)) {
      // `._Ses…` files of an archive made on another system hold no text.
      if (!/^Ses\w+\.txt$/u.test(basename(file))) continue;
      await listDialogue(session, basename(file), (await textOf(file)) ?? '', listing);
    }
  }
  return listing;
}

async function listDialogue(session: string, name: string, evaluation: string, { items, skipped }: Listing) {
  const transcription = (await textOf(join(session, 'dialog', 'transcriptions', name))) ?? '';
  const words = new Map(
    transcription.split('\n').flatMap((line) => {
      const parsed = parseIemocapWords(line);
      return parsed ? [[parsed.utterance, parsed.text] as const] : [];
    }),
  );
  for (const line of evaluation.split('\n')) {
    const parsed = parseIemocapLine(line);
    if (!parsed) continue;
    const { utterance, dialogue, speaker, code } = parsed;
    const emotion = EMOTION_CODES[code];
    const file = join(session, 'sentences', 'wav', dialogue, `${utterance}.wav`);
    if (emotion === undefined) skip(skipped, `label "${code}" is unknown`);
    else if (emotion === null) skip(skipped, `label "${code}" is none of the seven`);
    else {
      const common = { emotion, speaker, split: SESSION_SPLITS[parsed.session] ?? ('train' as const) };
      if (await exists(file)) items.push({ ...common, uses: ['voice'], file });
      else skip(skipped, 'no sound file');
      const text = words.get(utterance);
      if (text !== undefined) items.push({ ...common, uses: ['words'], file: null, text });
    }
  }
}
