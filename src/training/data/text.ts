import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EMOTIONS, type Emotion } from '../../common/emotions.js';
import { EmostreamError } from '../../common/errors.js';
import { wordFeatures } from '../../features/tokens.js';
import { WORD_ROW, WORD_TOKENS, WORDS_META } from '../../features/types.js';
import { parseCsv } from './csv.js';
import { readPrepared } from './prepared.js';

export interface TextSet {
  /** n × WORD_TOKENS × WORD_ROW */
  tokens: Int32Array;
  /** n × WORDS_META */
  meta: Float32Array;
  /** n × 7: equal shares of the labels given. */
  targets: Float32Array;
  /** n: index into EMOTIONS; -1 where more than one label was given. */
  labels: Int32Array;
  /** n × FINE_LABELS of 0 and 1: the labels before they were mapped; a row of zeros, or no column, where there are none. */
  fine?: Uint8Array;
  /** The texts themselves in UTF-8, one after another, and where each begins and the last ends: training makes others of them. */
  characters: Uint8Array;
  starts: Int32Array;
}

/** Labels of GoEmotions as they were annotated: 27 emotions and neutral. */
export const FINE_LABELS = 28;

export interface Utterance {
  text: string;
  speakerChanged: boolean;
  emotions: Emotion[];
  /** Indices of the labels before mapping. */
  fine?: readonly number[];
}

/** Ekman's and MELD's names of the emotions. */
const NAMES: Record<string, Emotion> = {
  anger: 'angry',
  disgust: 'disgusted',
  fear: 'fearful',
  joy: 'happy',
  neutral: 'neutral',
  sadness: 'sad',
  surprise: 'surprised',
};

/**
 * GoEmotions with the labels mapped to Ekman's (Demszky et al. 2020); multi-label.
 * @param split train, valid or test
 * @param fineFolder the same texts with the 28 labels that were annotated; without it the set has none
 */
export async function readGoEmotions(folder: string, split: string, fineFolder?: string): Promise<TextSet> {
  const names = (await readFile(join(folder, 'labels.txt'), 'utf8')).trim().split(/\r?\n/u);
  const rows = parseCsv(await readFile(join(folder, `${split}.tsv`), 'utf8'), '\t');
  const fine = fineFolder === undefined ? null : await readFineLabels(fineFolder, split === 'valid' ? 'dev' : split);
  return toSet(
    rows.map((row) => ({
      text: row['text'] ?? '',
      speakerChanged: false,
      emotions: (row['label'] ?? '').split(',').map((index) => emotionNamed(names[Number(index)] ?? '')),
      ...(fine && { fine: fine.get(row['id'] ?? '') ?? [] }),
    })),
  );
}

/** The annotated labels by the comment's id. */
async function readFineLabels(folder: string, split: string): Promise<Map<string, number[]>> {
  const rows = parseCsv(await readFile(join(folder, `${split}.tsv`), 'utf8'), '\t');
  return new Map(
    rows.map((row) => {
      const labels = (row['label'] ?? '').split(',').map(Number);
      const known = labels.every((label) => Number.isInteger(label) && label >= 0 && label < FINE_LABELS);
      if (!known) {
        const message = `Unknown label "${row['label'] ?? ''}" in ${split}.tsv of GoEmotions with 28 labels.`;
        throw new EmostreamError('MEDIA_CORRUPT', message);
      }
      return [row['id'] ?? '', labels];
    }),
  );
}

/** MELD (Poria et al. 2019), the words of each utterance. @param split train, dev or test */
export async function readMeld(folder: string, split: string): Promise<TextSet> {
  const rows = parseCsv(await readFile(join(folder, `${split}_sent_emo.csv`), 'utf8'));
  return toSet(
    rows.map((row, i) => {
      const before = rows[i - 1];
      const sameDialogue = before !== undefined && before['Dialogue_ID'] === row['Dialogue_ID'];
      return {
        text: row['Utterance'] ?? '',
        speakerChanged: sameDialogue && before['Speaker'] !== row['Speaker'],
        emotions: [emotionNamed(row['Emotion'] ?? '')],
      };
    }),
  );
}

function emotionNamed(name: string): Emotion {
  const emotion = NAMES[name];
  if (!emotion) throw new EmostreamError('MEDIA_CORRUPT', `Unknown emotion label "${name}" in a text corpus.`);
  return emotion;
}

/** Utterances as the words network reads them; one without a single token is left out. */
export function toSet(all: Utterance[]): TextSet {
  const features = all.map(({ text, speakerChanged }) => wordFeatures(text, speakerChanged));
  // An utterance without a single token is no words: the live path would call it absent.
  const kept = all.map((utterance, i) => ({ ...utterance, ...features[i]! })).filter(({ count }) => count > 0);
  const written = kept.map(({ text }) => Buffer.from(text));
  const set: TextSet = {
    tokens: new Int32Array(kept.length * WORD_TOKENS * WORD_ROW),
    meta: new Float32Array(kept.length * WORDS_META),
    targets: new Float32Array(kept.length * EMOTIONS.length),
    labels: Int32Array.from(kept, ({ emotions }) => (emotions.length === 1 ? EMOTIONS.indexOf(emotions[0]!) : -1)),
    characters: Uint8Array.from(Buffer.concat(written)),
    starts: new Int32Array(kept.length + 1),
    ...(all.some(({ fine }) => fine) && { fine: new Uint8Array(kept.length * FINE_LABELS) }),
  };
  written.forEach(({ length }, i) => (set.starts[i + 1] = set.starts[i]! + length));
  kept.forEach(({ tokens, meta, emotions, fine }, i) => {
    set.tokens.set(tokens, i * WORD_TOKENS * WORD_ROW);
    set.meta.set(meta, i * WORDS_META);
    for (const label of fine ?? []) set.fine![i * FINE_LABELS + label] = 1;
    for (const emotion of emotions)
      set.targets[i * EMOTIONS.length + EMOTIONS.indexOf(emotion)]! += 1 / emotions.length;
  });
  return set;
}

/** The text of an example. */
export function textOf({ characters, starts }: Pick<TextSet, 'characters' | 'starts'>, example: number): string {
  return Buffer.from(characters.subarray(starts[example], starts[example + 1])).toString('utf8');
}

/** So many texts of a set are tokenised again when it is read. */
const CHECKED = 500;

/**
 * A prepared set of texts.
 * @throws EmostreamError NOT_FOUND when it was not prepared, MEDIA_CORRUPT when by a version that had other tokens
 */
export async function readTexts(folder: string, name: string): Promise<TextSet> {
  const set = await readPrepared<Partial<TextSet>>(folder, name);
  if (isCurrent(set)) return set;
  const message = `${name} in ${folder} was prepared by another version, with other tokens: prepare it again.`;
  throw new EmostreamError('MEDIA_CORRUPT', message);
}

function isCurrent(set: Partial<TextSet>): set is TextSet {
  const { tokens, characters, starts } = set;
  if (!tokens || !characters || !starts) return false;
  const size = WORD_TOKENS * WORD_ROW;
  const count = starts.length - 1;
  for (let i = 0; i < count; i += Math.ceil(count / CHECKED)) {
    const now = wordFeatures(textOf({ characters, starts }, i)).tokens;
    if (now.some((id, k) => id !== tokens[i * size + k])) return false;
  }
  return true;
}
