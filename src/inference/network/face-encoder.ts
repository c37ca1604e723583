import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { EMBEDDING } from './sizes.js';
import type { ConvOptions, Layers } from './layers.js';

const square = (filters: number, side: number, stride = 1, activation: ConvOptions['activation'] = 'relu') =>
  ({ filters, kernel: [side, side], strides: [stride, stride], activation }) satisfies ConvOptions;

/** Two 3×3 convolutions around a short cut (He et al. 2016). */
function residual(layers: Layers, name: string, x: Tensor4D, filters: number): Tensor4D {
  const inner = layers.conv2d(`${name}/a`, x, square(filters, 3));
  const outer = layers.conv2d(`${name}/b`, inner, { ...square(filters, 3, 1, 'linear'), silentAtFirst: true });
  return tf.relu(tf.add(x, outer));
}

/**
 * A small residual CNN of 23.3 million multiply-adds. Plain 3×3 convolutions with early striding: on WebAssembly they run at
 * some 12 billion multiply-adds a second per core, depthwise ones at 8, so a depthwise net of equal cost would be smaller. It
 * halves the picture at once: maps of the full 48 × 48 cost a third of the training time and little of what they find is kept.
 * Faces are cut alike, so where in the picture something is matters: each of the 3 × 3 places has a weight of its own per
 * channel in the last mean (after the global depthwise convolution of Chen et al. 2018, MobileFaceNets).
 * Models up to 0.5.0 lack the blocks res4 and res5 (14.9 million); training makes them.
 * @param x n × 48 × 48 × 1, as `normaliseFaces` gives it
 * @returns n × EMBEDDING
 */
export function faceEncoder(layers: Layers, x: Tensor4D): Tensor2D {
  let y = layers.conv2d('face/stem', x, square(16, 3, 2)); // 24 × 24
  y = residual(layers, 'face/res1', y, 16);
  y = layers.conv2d('face/down1', y, square(40, 3, 2)); // 12 × 12
  y = residual(layers, 'face/res2', y, 40);
  y = layers.conv2d('face/down2', y, square(88, 3, 2)); // 6 × 6
  y = residual(layers, 'face/res3', y, 88);
  if (layers.has('face/res4/a')) y = residual(layers, 'face/res4', y, 88);
  y = layers.conv2d('face/down3', y, square(144, 3, 2)); // 3 × 3
  if (layers.has('face/res5/a')) y = residual(layers, 'face/res5', y, 144);
  const [, height, width, channels] = y.shape;
  const where = tf.reshape(layers.vector('face/where', height * width * channels, 1), [1, height, width, channels]);
  const pooled = layers.dropout(tf.mean(tf.mul(y, where), [1, 2]) as Tensor2D, 0.3);
  return layers.dense('face/embedding', pooled, EMBEDDING, 'relu');
}
