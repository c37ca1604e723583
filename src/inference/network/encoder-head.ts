import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Layers } from './layers.js';

const VARIANCE_FLOOR = 1e-4;

/**
 * Mean and deviation of each of an encoder's numbers over the steps that are there.
 * @param frames n × steps × width @param present n × steps of 0 and 1
 * @returns n × 2 · width; of a row with nothing present it means nothing
 */
export function statisticsOver(frames: Tensor3D, present: Tensor2D): Tensor2D {
  const count = tf.maximum(tf.sum(present, 1, true), 1);
  const weights = tf.expandDims(tf.div(present, count), 2); // n × steps × 1
  const mean = tf.sum(tf.mul(frames, weights), 1);
  const away = tf.sub(frames, tf.expandDims(mean, 1));
  const variance = tf.sum(tf.mul(tf.mul(away, away), weights), 1);
  return tf.concat([mean, tf.sqrt(tf.add(variance, VARIANCE_FLOOR))], 1) as Tensor2D;
}

/**
 * What a pretrained encoder's frames say of the emotion: one layer over their statistics, standardised. Convolutions over the
 * frames were no better on corpora that training had not heard, and attention neither.
 * `centre` and `scale` are vectors and not part of the layer's weights: those are stored with few bits, and the numbers of an
 * encoder differ in size by orders of magnitude. Training measures them and leaves them so.
 * @param statistics n × 2 · width, of `statisticsOver`
 * @returns n × units
 */
export function encoderHead(layers: Layers, name: string, statistics: Tensor2D, units: number): Tensor2D {
  const numbers = statistics.shape[1];
  const { centre, scale } = standardNames(name);
  const standardised = tf.mul(tf.sub(statistics, layers.vector(centre, numbers)), layers.vector(scale, numbers, 1));
  return layers.dense(`${name}/embedding`, layers.dropout(standardised as Tensor2D, 0.3), units);
}

/** The vectors of a head that are measured and not trained, as layers know them; as weights they end with `/vector`. */
export const standardNames = (name: string): { centre: string; scale: string } => ({
  centre: `${name}/centre`,
  scale: `${name}/scale`,
});
