import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';

/**
 * An embedding to which several networks gave an equal part each, times their shares in the answer, as if only one of them were
 * there: its part over its share, the others' zero. Logits are linear, so those of the whole are the mean of those of each.
 * @param embedding n × width @param shares one for each network, adding up to 1; a number: so many, alike. They divide the width
 */
export function eachAlone(embedding: Tensor2D, shares: number | readonly number[]): Tensor2D[] {
  const width = embedding.shape[1];
  const each = typeof shares === 'number' ? Array.from({ length: shares }, () => 1 / shares) : shares;
  return each.map((share, k) => {
    const isOwn = (i: number): boolean => Math.floor((i * each.length) / width) === k;
    return tf.mul(
      embedding,
      Array.from({ length: width }, (_, i) => (isOwn(i) ? 1 / share : 0)),
    );
  });
}
