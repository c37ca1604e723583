import * as tf from '@tensorflow/tfjs-core';
import { EMOTIONS } from '../common/emotions.js';
import { normaliseFaces } from '../features/face-normalise.js';
import { FACE_SIZE } from '../features/types.js';
import { faceEncoder } from '../inference/network/face-encoder.js';
import type { NamedWeights } from '../inference/model-format.js';
import { modalityHeads } from '../inference/network/heads.js';
import { affectOf } from './circumplex.js';
import type { FaceSet } from './data/ferplus.js';
import { readPrepared } from './data/prepared.js';
import { extraSets, joinFaceSets } from './extra-sets.js';
import { augmentFace } from './face-augment.js';
import { fit, type FitResult } from './fit.js';
import { foldBatchNorm } from './fold.js';
import { headLoss } from './loss.js';
import { describe, figures, meanOf } from './metrics.js';
import { AdamW } from './optimiser.js';
import { predictFaces, probabilities } from './predict.js';
import { Rng } from './rng.js';
import { ShuffledIndices } from './sampler.js';
import { TrainingLayers } from './training-layers.js';
import type { TrainOptions } from './train-options.js';

const BATCH = 128;
const PIXELS = FACE_SIZE * FACE_SIZE;
/**
 * Share of the logarithm of the emotions' frequencies that is added to the logits in the loss and not in the answers: the network
 * then answers as if rare emotions were less rare (Menon et al. 2021). 1 would make all alike, for the mean recall's sake alone.
 */
const BALANCE = 0.2;

/** The face network on FER+ vote distributions; judged by the mean of accuracy and UAR on the validation split. */
export async function trainFace({
  prepared,
  seed,
  epochs = 72,
  from,
  with: names = [],
  without = [],
  onBest,
  control,
  log,
}: TrainOptions): Promise<FitResult> {
  const extra = await extraSets('face', { prepared, with: names, without });
  const own = without.includes('ferplus') ? [] : [await readPrepared<FaceSet>(prepared, 'ferplus-train')];
  const train = joinFaceSets(...own, ...extra.train);
  const valid = own.length > 0 ? await readPrepared<FaceSet>(prepared, 'ferplus-valid') : null;
  const rng = new Rng(seed);
  const layers = new TrainingLayers(rng.fork());
  if (from) goOnFrom(from, layers);
  const indices = new ShuffledIndices(train.majority.length, rng.fork());
  const augmenting = rng.fork();
  const balance = balanceOf(train.targets);

  const loss = (): tf.Scalar => {
    const picked = indices.take(BATCH);
    const images = new Uint8Array(BATCH * PIXELS);
    picked.forEach((index, i) => {
      images.set(augmentFace(train.images.subarray(index * PIXELS, (index + 1) * PIXELS), augmenting), i * PIXELS);
    });
    const targets = picked.map((index) => [
      ...train.targets.subarray(index * EMOTIONS.length, (index + 1) * EMOTIONS.length),
    ]);
    const x = tf.tensor4d(normaliseFaces(images, BATCH), [BATCH, FACE_SIZE, FACE_SIZE, 1]);
    const { logits, affect } = modalityHeads(layers, 'face', faceEncoder(layers, x));
    return headLoss(
      { logits: tf.add(logits, balance), affect },
      tf.tensor2d(targets),
      tf.tensor2d(targets.map(affectOf)),
    );
  };

  return fit({
    layers,
    optimiser: new AdamW({ weightDecay: 0.05, clipNorm: 2, averageDecay: 0.998 }),
    epochs,
    stepsPerEpoch: Math.ceil(train.majority.length / BATCH),
    // Weights that are gone on from are near a good place already.
    learningRate: control?.before ? 6e-4 : 2e-3,
    loss,
    validate: (weights) => {
      const folded = foldBatchNorm(weights);
      const judged = valid
        ? [figures(probabilities(predictFaces(folded, valid.images).logits), valid.majority, EMOTIONS.length)]
        : extra.judge(folded);
      const score = meanOf(judged, ({ accuracy, uar }) => (accuracy + uar) / 2);
      return { score, text: (valid ? judged.map(describe).join(' | ') : '') + extra.report(folded) };
    },
    onBest,
    control,
    log,
  });
}

/** The weights may be of an earlier network that lacked some blocks: those are made here, where no gradient is taken. */
export function goOnFrom(from: ReadonlyMap<string, NamedWeights>, layers: TrainingLayers): void {
  layers.restore(from);
  layers.training = false;
  tf.tidy(() => void faceEncoder(layers, tf.zeros([1, FACE_SIZE, FACE_SIZE, 1])));
  layers.training = true;
}

/** What is added to the logits in the loss. @param targets n × 7 */
export const balanceOf = (targets: Float32Array): number[] => logFrequencies(targets).map((value) => BALANCE * value);

/** @param targets n × 7 @returns 7: the logarithm of each emotion's share of all votes */
export function logFrequencies(targets: Float32Array): number[] {
  const sums = EMOTIONS.map((_, emotion) =>
    targets.reduce((sum, v, i) => (i % EMOTIONS.length === emotion ? sum + v : sum), 0),
  );
  const all = sums.reduce((a, b) => a + b, 0);
  return sums.map((sum) => Math.log(Math.max(sum, 1) / all));
}
