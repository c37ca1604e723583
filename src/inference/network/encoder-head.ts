import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Layers } from './layers.js';

const VARIANCE_FLOOR = 1e-4;

/**
 * What a pretrained encoder's frames say of the emotion: their mean and deviation over the steps that are there, standardised,
 * and one layer. Convolutions over the frames were no better on corpora that training had not heard, and attention neither.
 * `centre` and `scale` are vectors and not part of the layer's weights: those are stored with few bits, and the numbers of an
 * encoder differ in size by orders of magnitude.
 * @param frames n × steps × width @param present n × steps of 0 and 1
 * @returns n × units; of a row with nothing present it means nothing
 */
export function encoderHead(
  layers: Layers,
  name: string,
  { frames, present, units }: { frames: Tensor3D; present: Tensor2D; units: number },
): Tensor2D {
  const width = frames.shape[2];
  const count = tf.maximum(tf.sum(present, 1, true), 1);
  const weights = tf.expandDims(tf.div(present, count), 2); // n × steps × 1
  const mean = tf.sum(tf.mul(frames, weights), 1);
  const away = tf.sub(frames, tf.expandDims(mean, 1));
  const variance = tf.sum(tf.mul(tf.mul(away, away), weights), 1);
  const statistics = tf.concat([mean, tf.sqrt(tf.add(variance, VARIANCE_FLOOR))], 1);
  const centre = layers.vector(`${name}/centre`, 2 * width);
  const scale = layers.vector(`${name}/scale`, 2 * width, 1);
  const standardised = tf.mul(tf.sub(statistics, centre), scale) as Tensor2D;
  return layers.dense(`${name}/embedding`, layers.dropout(standardised, 0.3), units);
}
