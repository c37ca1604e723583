import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { HeadOutput } from '../inference/network/heads.js';

const AFFECT_WEIGHT = 0.5;

/**
 * Cross-entropy against distributions, plus the squared error of valence and arousal.
 * @param weights n, mean about 1: how much each example counts; all alike when not given
 */
export function headLoss(
  { logits, affect }: HeadOutput,
  targets: Tensor2D,
  affectTargets: Tensor2D,
  weights?: Tensor1D,
): Scalar {
  const mean = (perExample: Tensor1D): Scalar => tf.mean(weights ? tf.mul(perExample, weights) : perExample);
  const crossEntropy = tf.neg(mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1)));
  const error = mean(tf.mean(tf.square(tf.sub(affect, affectTargets)), 1));
  return tf.add(crossEntropy, tf.mul(error, AFFECT_WEIGHT));
}
