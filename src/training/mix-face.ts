import { EMOTIONS } from '../common/emotions.js';
import { EmostreamError } from '../common/errors.js';
import { shownAs } from '../features/crop-sides.js';
import { FACE_SIZE } from '../features/types.js';
import type { NamedWeights } from '../inference/model-format.js';
import type { FaceSet } from './data/ferplus.js';
import { readPrepared } from './data/prepared.js';
import { foldBatchNorm } from './fold.js';
import { describe, figures, type ClassificationFigures } from './metrics.js';
import { predictFaces, probabilities } from './predict.js';
import { startTensorflowBackend } from './tensorflow-backend.js';
import { balanceOf } from './train-face.js';
import { readWeights, writeWeights } from './weights-store.js';

type Weights = ReadonlyMap<string, NamedWeights>;

export interface MixFaceOptions {
  /** Folder of `emostream data prepare`. */
  prepared: string;
  /** Folder in which trained parts are kept: its face is mixed, and replaced. */
  weights: string;
  /** Folder with the face that it went on from. */
  before: string;
  /** Of the newer weights in the mixture, 0..1. */
  share: number;
  /** Those before were trained without the balance of `train face`: they are given it. */
  unbalanced: boolean;
  /** The command line, for the record. */
  command: string;
  log: (line: string) => void;
}

/**
 * Puts weights between two faces of which one went on from the other in the place of the newer: they keep of what either run
 * learned, at the cost of one network (Wortsman et al. 2022, Robust fine-tuning of zero-shot models).
 * @throws EmostreamError CONFIG_INVALID when the two are not of one network, NOT_FOUND when one is missing
 */
export async function mixFace(options: MixFaceOptions): Promise<void> {
  const { prepared, before, share, unbalanced, command, log } = options;
  await startTensorflowBackend();
  const valid = await readPrepared<FaceSet>(prepared, 'ferplus-valid');
  const older = await readWeights(before, 'face');
  const newer = await readWeights(options.weights, 'face');
  const balance = unbalanced ? balanceOf((await readPrepared<FaceSet>(prepared, 'ferplus-train')).targets) : null;
  const mixed = mixWeights(balance ? withBalance(older.weights, balance) : older.weights, newer.weights, share);
  const told = [
    ['newer', newer.weights],
    ['mixed', mixed],
  ] as const;
  for (const [name, weights] of told) log(`${name}, validation: ${describe(judgeShown(weights, valid))}`);
  const { accuracy, uar } = judgeShown(mixed, valid);
  await writeWeights(options.weights, mixed, {
    ...newer.record,
    command: `${newer.record.command}; ${command}`,
    validationScore: (accuracy + uar) / 2,
    finishedAt: new Date().toISOString(),
  });
}

/**
 * (1 - share) · older + share · newer, weight by weight. Blocks that the older network lacks count in it as if they did nothing:
 * the gain of their last layer is 0.
 */
export function mixWeights(older: Weights, newer: Weights, share: number): Map<string, NamedWeights> {
  const refuse = (what: string): never => {
    throw new EmostreamError(
      'CONFIG_INVALID',
      `The two faces cannot be mixed: ${what}. Mix weights that went on from another.`,
    );
  };
  for (const name of older.keys()) if (!newer.has(name)) refuse(`the newer one has no ${name}`);
  return new Map(
    [...newer].map(([name, { shape, values }]) => {
      const other = older.get(name);
      if (other && other.shape.join() !== shape.join()) refuse(`${name} differs in shape`);
      const silent = !other && /\/res\d\/b\/gamma$/u.test(name);
      const before = other?.values ?? (silent ? new Float32Array(values.length) : values);
      return [name, { shape, values: values.map((value, i) => share * value + (1 - share) * before[i]!) }] as const;
    }),
  );
}

const LOGITS_BIAS = 'face/logits/bias';

/** The same answers as if the balance had been in the loss: what it adds there is missing in the answers. */
function withBalance(weights: Weights, balance: readonly number[]): Weights {
  const bias = weights.get(LOGITS_BIAS)!;
  return new Map(weights).set(LOGITS_BIAS, { ...bias, values: bias.values.map((value, i) => value - balance[i]!) });
}

/** As a call shows them: each picture as it is and mirrored. */
function judgeShown(weights: Weights, { images, majority }: FaceSet): ClassificationFigures {
  const folded = foldBatchNorm(weights);
  const pixels = FACE_SIZE * FACE_SIZE;
  const mirrored = new Uint8Array(images.length);
  for (let at = 0; at < images.length; at += pixels)
    mirrored.set(shownAs(images.subarray(at, at + pixels), 'mirrored'), at);
  const [own, turned] = [predictFaces(folded, images).logits, predictFaces(folded, mirrored).logits];
  return figures(probabilities(own.map((value, i) => (value + turned[i]!) / 2)), majority, EMOTIONS.length);
}
