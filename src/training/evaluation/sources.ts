import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EMOTIONS } from '../../common/emotions.js';
import { EmostreamError } from '../../common/errors.js';
import { SPEECH_CORPORA } from '../train-options.js';

/** What other commands measured, and the accuracy page shows: absent where they were not run. */

const sevenOf = <T extends z.ZodType>(item: T) => z.array(item).length(EMOTIONS.length);

const peersSchema = z.array(
  z.object({
    name: z.string(),
    version: z.string(),
    model: z.string(),
    backend: z.string(),
    accuracy: z.number(),
    uar: z.number(),
    macro_f1: z.number(),
    recall: sevenOf(z.number().nullable()),
    confusion: sevenOf(sevenOf(z.number())),
    n: z.number(),
    protocol: z.string(),
    command: z.string(),
    commit: z.string(),
  }),
);
export type Peer = z.infer<typeof peersSchema>[number];

const distribution = sevenOf(z.number().min(0).max(1));
const roomSchema = z.object({ probabilities: distribution, seconds: z.array(distribution) });
const foldsSchema = z.object({
  command: z.string(),
  seed: z.number(),
  folds: z.array(z.array(z.number())),
  rows: z.array(
    z.object({
      corpus: z.enum(SPEECH_CORPORA),
      speaker: z.number(),
      label: z
        .int()
        .min(0)
        .max(EMOTIONS.length - 1),
      fold: z.int().min(0),
      probabilities: distribution,
      /** From where on an answer is certain, as chosen on the other folds. */
      uncertain_below: z.number().optional(),
      rooms: z.record(z.string(), roomSchema).optional(),
      /** The same without the voice encoders; absent where none was installed. */
      without: z
        .object({
          probabilities: distribution,
          uncertain_below: z.number().optional(),
          rooms: z.record(z.string(), roomSchema).optional(),
        })
        .optional(),
    }),
  ),
});
export type VoiceFolds = z.infer<typeof foldsSchema>;

/** @param folder holds `peers.json` of the benchmark of peers */
export const readPeers = (folder: string): Promise<Peer[] | null> =>
  readOptional(join(folder, 'peers.json'), peersSchema);

/** @param folder where trained parts are kept; `train voice --cross-validate` writes `voice.folds.json` there */
export const readFolds = (folder: string): Promise<VoiceFolds | null> =>
  readOptional(join(folder, 'voice.folds.json'), foldsSchema);

/** The same of `train voice --leave-out-corpus`, whose folds are corpora. */
export const readCorporaLeftOut = (folder: string): Promise<VoiceFolds | null> =>
  readOptional(join(folder, 'voice.corpora.json'), foldsSchema);

export async function readOptional<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return null;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    const message = `${path} is not what its command writes: ${why}. Run that command again, or remove the file.`;
    throw new EmostreamError('CONFIG_INVALID', message, { cause });
  }
}
