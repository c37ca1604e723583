import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EmostreamError } from '../common/errors.js';
import type { NamedWeights } from '../inference/model-format.js';
import { writeAtomic } from './data/atomic-file.js';
import { readPrepared, writePrepared } from './data/prepared.js';

/** How the networks on log-mel came about that scripts/log-mel/train.py trained. */
export const logMelRecordSchema = z.object({
  seed: z.int(),
  speakers: z.array(z.int()),
  steps: z.int(),
  /** Windows in a step. */
  batch: z.int(),
  /** Wall time, in which all `runs` were trained. */
  seconds: z.number(),
  runs: z.int(),
  device: z.string(),
  jax: z.string(),
  finishedAt: z.string(),
});
export type LogMelRecord = z.infer<typeof logMelRecordSchema>;
/** The speakers follow from the corpora. */
export type LogMelOrigin = Omit<LogMelRecord, 'speakers'>;

/** How trained weights came about; goes into the model card. */
export interface TrainingRecord {
  part: string;
  command: string;
  seed: number;
  /** Epochs the run was planned for, and the one that was best on validation data. */
  epochs: number;
  bestEpoch: number;
  validationScore: number;
  /** CPU time of the whole command, all threads. */
  cpuSeconds: number;
  /** Corpora it saw. */
  corpora: string[];
  finishedAt: string;
  /** Of a voice whose networks on log-mel scripts/log-mel/train.py trained: where and how. */
  logMel?: LogMelOrigin;
  /** The run whose weights this one went on from. */
  before?: TrainingRecord;
}

/** Every corpus that weights saw, also in the runs that theirs went on from. */
export function corporaSeen({ corpora, before }: TrainingRecord): string[] {
  return [...new Set([...corpora, ...(before ? corporaSeen(before) : [])])];
}

/** Keeps the trained weights of one part (`face`, `voice`, `words`, `fusion`) with their record, outside the project. */
export async function writeWeights(
  folder: string,
  weights: ReadonlyMap<string, NamedWeights>,
  record: TrainingRecord,
): Promise<void> {
  await writePrepared(
    folder,
    record.part,
    Object.fromEntries([...weights].map(([name, { values }]) => [name, values])),
  );
  const shapes = Object.fromEntries([...weights].map(([name, { shape }]) => [name, shape]));
  await writeAtomic(join(folder, `${record.part}.record.json`), JSON.stringify({ record, shapes }, null, 2));
}

export async function readWeights(
  folder: string,
  part: string,
): Promise<{ weights: Map<string, NamedWeights>; record: TrainingRecord }> {
  let text: string;
  try {
    text = await readFile(join(folder, `${part}.record.json`), 'utf8');
  } catch (cause) {
    const message = `There are no trained ${part} weights in ${folder}: run \`emostream train ${part}\` first.`;
    throw new EmostreamError('NOT_FOUND', message, { cause });
  }
  const { record, shapes } = JSON.parse(text) as { record: TrainingRecord; shapes: Record<string, number[]> };
  const values = await readPrepared<Record<string, Float32Array>>(folder, part);
  const weights = Object.entries(shapes).map(([name, shape]) => [name, { shape, values: values[name]! }] as const);
  return { weights: new Map(weights), record };
}
