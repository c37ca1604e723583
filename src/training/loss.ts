import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import type { HeadOutput } from '../inference/network/heads.js';

const AFFECT_WEIGHT = 0.5;

/** Cross-entropy against distributions, plus the squared error of valence and arousal. */
export function headLoss({ logits, affect }: HeadOutput, targets: Tensor2D, affectTargets: Tensor2D): Scalar {
  const crossEntropy = tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1)));
  const error = tf.mean(tf.square(tf.sub(affect, affectTargets)));
  return tf.add(crossEntropy, tf.mul(error, AFFECT_WEIGHT));
}
