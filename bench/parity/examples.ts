import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { wordFeatures } from '../../src/features/tokens.js';
import { FACE_SIZE } from '../../src/features/types.js';
import { scoresOf } from '../../src/inference/scores-of.js';
import type { Engine, ModelInput } from '../../src/inference/types.js';
import { parseCsv } from '../../src/training/data/csv.js';
import type { FaceSet } from '../../src/training/data/ferplus.js';
import { readPrepared } from '../../src/training/data/prepared.js';
import type { SpeechSet } from '../../src/training/data/speech.js';
import { readTexts } from '../../src/training/data/text.js';
import { type Example, faceExamples, meanOf, voiceExamples, wordExamples } from '../../src/training/evaluate.js';
import type { SecondEncoder } from '../../src/training/heard/seconds.js';
import { clipSamples, type Split } from '../../src/training/splits.js';
import { seeded } from '../support/random.js';

/** An evaluation example: what is shown, and what the offline evaluation feeds the network for it. */
export interface Shown<T> {
  label: number;
  /** One, or the windows of a clip, whose mean is the answer. */
  inputs: ModelInput[];
  shown: T;
}
export type EvaluationSplit = Exclude<Split, 'train'>;

/** At most `count` of the FER+ pictures of a split, drawn at random by the seed. */
export async function faces(folder: string, split: EvaluationSplit, count: number, seed: number) {
  const set = await readPrepared<FaceSet>(folder, `ferplus-${split}`);
  const pixels = FACE_SIZE * FACE_SIZE;
  const picture = (group: number) => set.images.slice(group * pixels, (group + 1) * pixels);
  return grouped(draw(faceExamples(set), count, seed), picture);
}

/**
 * At most `count` clips of RAVDESS and EMO-DB by the split's speakers.
 * @param encoder null: as where no voice encoder is installed
 */
export async function clips(
  folder: string,
  split: EvaluationSplit,
  count: number,
  seed: number,
  encoder: SecondEncoder | null,
) {
  const sets = await Promise.all(['ravdess', 'emodb'].map((name) => readPrepared<SpeechSet>(folder, name)));
  const all: Shown<Float32Array>[] = [];
  for (const set of sets) {
    const examples = await voiceExamples(set, split, encoder);
    all.push(...grouped(examples, (group) => clipSamples(set, group)));
  }
  return draw(all, count, seed);
}

const TEXT_FILES = { valid: 'valid', test: 'test' } as const;

/**
 * At most `count` texts of GoEmotions, the words as the corpus has them.
 * @param data folder of the corpora, as `emostream data prepare` takes it
 */
export async function texts(folder: string, data: string, split: EvaluationSplit, count: number, seed: number) {
  const set = await readTexts(folder, `goemotions-${split}`);
  const file = join(data, 'text', 'goemotions_ekman', `${TEXT_FILES[split]}.tsv`);
  const rows = parseCsv(await readFile(file, 'utf8'), '\t').map((row) => row['text'] ?? '');
  // Texts without a token are not in the prepared set (src/training/data/text.ts).
  const said = rows.filter((text) => wordFeatures(text).count > 0);
  if (said.length !== set.labels.length) throw new Error(`${file} is not what the prepared set was made of`);
  return draw(
    grouped(wordExamples(set), (group) => said[group]!),
    count,
    seed,
  );
}

function grouped<T>(examples: readonly Example[], shown: (group: number) => T): Shown<T>[] {
  const groups = new Map<number, Shown<T>>();
  for (const { group, label, input } of examples) {
    const known = groups.get(group) ?? { label, inputs: [], shown: shown(group) };
    known.inputs.push(input);
    groups.set(group, known);
  }
  return [...groups.values()];
}

/** Fisher and Yates, cut short. */
function draw<T>(items: readonly T[], count: number, seed: number): T[] {
  const random = seeded(seed);
  const pool = [...items];
  const most = Math.min(count, pool.length);
  for (let i = 0; i < most; i++) {
    const j = i + Math.floor(random() * (pool.length - i));
    [pool[i], pool[j]] = [pool[j]!, pool[i]!];
  }
  return pool.slice(0, most);
}

const BATCH = 16;

/** What `emostream evaluate` answers for each. */
export async function offlineAnswers(engine: Engine, examples: readonly Shown<unknown>[]): Promise<number[][]> {
  const inputs = examples.flatMap((example) => example.inputs);
  const rows: number[][] = [];
  for (let from = 0; from < inputs.length; from += BATCH) {
    const scores = await scoresOf(engine, inputs.slice(from, from + BATCH));
    rows.push(...scores.map(({ probabilities }) => probabilities!));
  }
  let at = 0;
  return examples.map((example) => meanOf(rows.slice(at, (at += example.inputs.length))));
}
