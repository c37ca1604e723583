import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Layers } from './layers.js';

const VARIANCE_FLOOR = 1e-4;
/** Takes the weight of what is absent to zero in a softmax; small enough for float16 devices. */
export const ABSENT = -1e4;

/**
 * Attentive statistics pooling (Okabe et al. 2018): a learned score per step says which moments carry the emotion (Mirsamadi et
 * al. 2017), silence and padding getting little weight; mean and standard deviation under those weights say what it is and how
 * much it moves.
 * @param y n × steps × width @param present n × steps of 0 and 1; default: all are there
 * @returns n × 2 · width
 */
export function attend(layers: Layers, name: string, y: Tensor3D, present?: Tensor2D): Tensor2D {
  const [n, steps, width] = y.shape;
  const flat: Tensor2D = tf.reshape(y, [n * steps, width]);
  const scores: Tensor2D = tf.reshape(layers.dense(`${name}/score`, flat, 1), [n, steps]);
  const weights = tf.expandDims(tf.softmax(present ? tf.add(scores, tf.mul(tf.sub(1, present), ABSENT)) : scores), 2);
  const mean = tf.sum(tf.mul(y, weights), 1);
  const away = tf.sub(y, tf.expandDims(mean, 1));
  const variance = tf.sum(tf.mul(tf.mul(away, away), weights), 1);
  return tf.concat([mean, tf.sqrt(tf.add(variance, VARIANCE_FLOOR))], 1) as Tensor2D;
}
