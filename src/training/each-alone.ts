import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';

/**
 * An embedding to which several networks gave an equal part each, as if only one of them were there: its part times their
 * number, the others' zero. Logits are linear, so those of the whole are the mean of those of each.
 * @param embedding n × width @param networks divides the width
 */
export function eachAlone(embedding: Tensor2D, networks: number): Tensor2D[] {
  const width = embedding.shape[1];
  return Array.from({ length: networks }, (_, k) => {
    const mask = Array.from({ length: width }, (_, i) => (Math.floor((i * networks) / width) === k ? networks : 0));
    return tf.mul(embedding, mask);
  });
}
