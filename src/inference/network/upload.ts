import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Values of a tensor on the way to the backend: Int32Array becomes int32, the other float32. */
export interface Part {
  values: Float32Array | Int32Array;
  shape: number[];
}

/** Makes the tensors of all parts, in order. */
export type Upload = (parts: readonly Part[]) => Tensor[];

const typeOf = ({ values }: Part): 'int32' | 'float32' => (values instanceof Int32Array ? 'int32' : 'float32');

/** Where the backend's memory is the processor's, there is nothing to gain. */
export const uploadEach: Upload = (parts) => parts.map((part) => tf.tensor(part.values, part.shape, typeOf(part)));

/**
 * For a GPU, to which every transfer costs: all parts go in one buffer and are cut apart there. Integers travel as float32,
 * so their magnitude must be at most 2^24.
 */
export const uploadTogether: Upload = (parts) => {
  const together = new Float32Array(parts.reduce((sum, { values }) => sum + values.length, 0));
  const starts: number[] = [];
  let next = 0;
  for (const { values } of parts) {
    together.set(values, next);
    starts.push(next);
    next += values.length;
  }
  const whole = tf.tensor1d(together);
  return parts.map((part, i) =>
    tf.cast(tf.reshape(tf.slice(whole, [starts[i]!], [part.values.length]), part.shape), typeOf(part)),
  );
};
