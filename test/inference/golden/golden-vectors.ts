import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../../../src/common/version.js';
import type { EmotionScores, ModelInput } from '../../../src/inference/types.js';
import { windowSchema, type GoldenWindow, fromGolden } from './golden-windows.js';

/** The folder of the checked-in vectors. */
export const GOLDEN = join(projectRoot(), 'test', 'inference', 'golden');
export const SHIPPED_MODEL = join(projectRoot(), 'models', 'fusion');

const distribution = z.array(z.number()).nullable();
const scoresSchema = z.object({
  probabilities: distribution,
  valence: z.number().nullable(),
  arousal: z.number().nullable(),
  confidence: z.number(),
  uncertain: z.boolean(),
  weights: z.object({ face: z.number(), voice: z.number(), words: z.number() }),
  modalities: z.object({ face: distribution, voice: distribution, words: distribution }),
});
const outputsSchema = z.object({
  /** SHA-256 of the model.json, which names the weights' own. */
  model: z.string(),
  /** The backend that made them. */
  madeBy: z.string(),
  scores: z.array(scoresSchema),
});
export type GoldenOutputs = z.infer<typeof outputsSchema>;

export async function readInputs(): Promise<{ names: string[]; inputs: ModelInput[] }> {
  const windows = z.array(windowSchema).parse(JSON.parse(await readFile(join(GOLDEN, 'inputs.json'), 'utf8')));
  return { names: windows.map(({ name }) => name), inputs: windows.map(fromGolden) };
}

export async function readOutputs(): Promise<GoldenOutputs> {
  return outputsSchema.parse(JSON.parse(await readFile(join(GOLDEN, 'outputs.json'), 'utf8')));
}

export const writeInputs = (windows: readonly GoldenWindow[]): Promise<void> => write('inputs.json', windows);
export const writeOutputs = (outputs: GoldenOutputs): Promise<void> => write('outputs.json', outputs);

async function write(name: string, value: unknown): Promise<void> {
  await writeFile(join(GOLDEN, name), `${JSON.stringify(value, null, 1)}\n`);
}

export async function modelDigest(folder: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(join(folder, 'model.json')))
    .digest('hex');
}

const SMALLEST = 1e-12;

export interface Difference {
  /**
   * Largest |a - b| / b over all probabilities of all windows: of fusion and of each modality. Of one below SMALLEST: / SMALLEST.
   * It goes with e to the logit: where that is -200, the last bit of a float32 is 2e-5 of the probability.
   */
  probabilities: number;
  /** Largest |a - b| over valence, arousal (-1..1) and the weights of the modalities (0..1). */
  others: number;
}

/** @throws Error when one has a figure where the other has none, or another number of windows */
export function largestDifference(actual: readonly EmotionScores[], golden: readonly EmotionScores[]): Difference {
  if (actual.length !== golden.length) throw new Error(`${actual.length} windows, not ${golden.length}`);
  const largest: Difference = { probabilities: 0, others: 0 };
  actual.forEach((scores, i) => {
    const expected = golden[i]!;
    const pairs = [
      [scores.probabilities, expected.probabilities],
      ...(['face', 'voice', 'words'] as const).map((m) => [scores.modalities[m], expected.modalities[m]]),
    ] as const;
    for (const [a, b] of pairs) {
      if (a?.length !== b?.length) throw new Error(`Window ${i}: one of two distributions is missing.`);
      b?.forEach(
        (p, k) => (largest.probabilities = larger(largest.probabilities, Math.abs(a![k]! - p) / Math.max(p, SMALLEST))),
      );
    }
    for (const [a, b] of [figuresOf(scores, expected)].flat()) {
      if ((a === null) !== (b === null)) throw new Error(`Window ${i}: one of two figures is missing.`);
      if (a !== null && b !== null) largest.others = larger(largest.others, Math.abs(a - b));
    }
  });
  return largest;
}

function figuresOf(a: EmotionScores, b: EmotionScores): (readonly [number | null, number | null])[] {
  return [
    [a.valence, b.valence],
    [a.arousal, b.arousal],
    ...(['face', 'voice', 'words'] as const).map((m) => [a.weights[m], b.weights[m]] as const),
  ];
}

/** NaN counts as largest of all: it must not pass for no difference. */
const larger = (a: number, b: number): number => (Number.isNaN(b) ? Infinity : Math.max(a, b));
