import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { EMBEDDING } from './sizes.js';
import type { Layers } from './layers.js';

/** Width of what is seen at each step of time. */
const STEP = 96;
const VARIANCE_FLOOR = 1e-4;

/**
 * A 2-D CNN over time and mel band, then attentive statistics pooling over time (Okabe et al. 2018): a learned score per step
 * says which moments of the three seconds carry the emotion (Mirsamadi et al. 2017), silence and padding getting little
 * weight; mean and standard deviation under those weights say what it is and how much it moves.
 * @param x n × MEL_FRAMES × MEL_BANDS × 1, as `normaliseLogMel` gives it
 * @returns n × EMBEDDING
 */
export function voiceEncoder(layers: Layers, x: Tensor4D): Tensor2D {
  // Maximum pooling after stride 1, not strided convolutions: those cost as much and did far worse.
  let y = layers.conv2d('voice/stem', x, { filters: 16, kernel: [5, 5], strides: [2, 2] }); // 150 × 32
  y = tf.maxPool(y, 2, 2, 'same'); // 75 × 16
  y = layers.conv2d('voice/conv2', y, { filters: 32, kernel: [3, 3] });
  y = tf.maxPool(y, 2, 2, 'same'); // 38 × 8
  y = layers.conv2d('voice/conv3', y, { filters: 64, kernel: [3, 3] });
  y = tf.maxPool(y, 2, 2, 'same'); // 19 × 4
  y = layers.conv2d('voice/conv4', y, { filters: 96, kernel: [3, 3] });
  const [n, steps, bands, channels] = y.shape;
  const flat = layers.dropout(tf.reshape(y, [n * steps, bands * channels]) as Tensor2D, 0.1);
  const features = layers.dense('voice/step', flat, STEP, 'relu');
  const scores = tf.reshape(layers.dense('voice/score', features, 1), [n, steps]);
  const weights = tf.expandDims(tf.softmax(scores), 2);
  const byStep = tf.reshape(features, [n, steps, STEP]) as Tensor3D;
  const mean = tf.sum(tf.mul(byStep, weights), 1);
  const away = tf.sub(byStep, tf.expandDims(mean, 1));
  const variance = tf.sum(tf.mul(tf.mul(away, away), weights), 1);
  const statistics = tf.concat([mean, tf.sqrt(tf.add(variance, VARIANCE_FLOOR))], 1) as Tensor2D;
  return layers.dense('voice/embedding', layers.dropout(statistics, 0.3), EMBEDDING, 'relu');
}
