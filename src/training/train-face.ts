import * as tf from '@tensorflow/tfjs-core';
import { EMOTIONS } from '../common/emotions.js';
import { normaliseFaces } from '../features/face-normalise.js';
import { FACE_SIZE } from '../features/types.js';
import { faceEncoder } from '../inference/network/face-encoder.js';
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
  if (from) layers.restore(from);
  const indices = new ShuffledIndices(train.majority.length, rng.fork());
  const augmenting = rng.fork();

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
    const heads = modalityHeads(layers, 'face', faceEncoder(layers, x));
    return headLoss(heads, tf.tensor2d(targets), tf.tensor2d(targets.map(affectOf)));
  };

  return fit({
    layers,
    optimiser: new AdamW({ weightDecay: 0.05, clipNorm: 2, averageDecay: 0.998 }),
    epochs,
    stepsPerEpoch: Math.ceil(train.majority.length / BATCH),
    learningRate: 2e-3,
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
