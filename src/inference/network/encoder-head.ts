import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Layers } from './layers.js';
import { attend } from './attend.js';

/** Width of what is seen at each step. */
const STEP = 96;

/**
 * What a pretrained encoder's frames say of the emotion: each step made narrower, two residual convolutions over three steps
 * (He et al. 2016), and attentive statistics pooling over the steps that are there. The first layer is given the frames as the
 * encoder gives them; training folds their standardisation into it.
 * @param frames n × steps × width @param present n × steps of 0 and 1
 * @returns n × units; of a row with nothing present it means nothing
 */
export function encoderHead(
  layers: Layers,
  name: string,
  { frames, present, units }: { frames: Tensor3D; present: Tensor2D; units: number },
): Tensor2D {
  const [n, steps, width] = frames.shape;
  const there = tf.expandDims(present, 2);
  const each = (layer: string, x: Tensor3D): Tensor3D => {
    const flat: Tensor2D = tf.reshape(x, [n * steps, x.shape[2]]);
    return tf.reshape(layers.dense(`${name}/${layer}`, flat, STEP, 'relu'), [n, steps, STEP]);
  };
  // Whole columns are lost while training: no answer may hang on a few of them.
  const first = layers.dropout(each('in', layers.dropout(frames, 0.15, [n, 1, width])), 0.1);
  const residual = (y: Tensor3D, layer: string): Tensor3D =>
    tf.add(y, each(layer, withNeighbours(tf.mul(y, there)))) as Tensor3D;
  const y = residual(residual(first, 'conv1'), 'conv2');
  const statistics = attend(layers, name, y, present);
  return layers.dense(`${name}/embedding`, layers.dropout(statistics, 0.3), units, 'relu');
}

/** Each step with the one before and the one after beside it, zeros beyond the ends. */
function withNeighbours(y: Tensor3D): Tensor3D {
  const [n, steps, width] = y.shape;
  const nothing = tf.zeros([n, 1, width]);
  const before = tf.concat([nothing, tf.slice(y, [0, 0, 0], [n, steps - 1, width])], 1);
  const after = tf.concat([tf.slice(y, [0, 1, 0], [n, steps - 1, width]), nothing], 1);
  return tf.concat([before, y, after], 2) as Tensor3D;
}
