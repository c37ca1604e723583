import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { nativeBackend } from './native-gradients.js';

export const BATCH_NORM_EPSILON = 1e-3;

export interface BatchNormResult {
  y: Tensor4D;
  /** Statistics of this batch, for the moving averages. The variance is the biased one. */
  mean: Tensor1D;
  variance: Tensor1D;
}

/**
 * Batch normalisation with the batch's own statistics (Ioffe and Szegedy 2015), differentiable. TensorFlow.js composes it
 * of some fifteen element-wise operations; on the `tensorflow` backend the native fused kernels do it in two.
 */
export function batchNormTraining(x: Tensor4D, gamma: Tensor1D, beta: Tensor1D): BatchNormResult {
  return tf.getBackend() === 'tensorflow' ? nativeBatchNorm(x, gamma, beta) : composedBatchNorm(x, gamma, beta);
}

export function composedBatchNorm(x: Tensor4D, gamma: Tensor1D, beta: Tensor1D): BatchNormResult {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, BATCH_NORM_EPSILON)));
  const y = tf.add(tf.mul(normal, gamma), beta) as Tensor4D;
  return { y, mean: mean as Tensor1D, variance: variance as Tensor1D };
}

function nativeBatchNorm(x: Tensor4D, gamma: Tensor1D, beta: Tensor1D): BatchNormResult {
  const backend = nativeBackend();
  const { binding } = backend;
  const attributes = [
    { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'U', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: BATCH_NORM_EPSILON },
    { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' },
    { name: 'is_training', type: binding.TF_ATTR_BOOL, value: true },
  ];
  const momentum = { name: 'exponential_avg_factor', type: binding.TF_ATTR_FLOAT, value: 1 };
  const statistics: { mean?: Tensor; variance?: Tensor } = {};
  const op = tf.customGrad((x_, gamma_, beta_, save) => {
    const [x, gamma, beta] = [x_, gamma_, beta_] as Tensor[];
    const empty = tf.tensor1d([]);
    const [y, mean, variance, reserve1, reserve2, reserve3] = backend.executeMultipleOutputs(
      'FusedBatchNormV3',
      [...attributes, momentum],
      [x!, gamma!, beta!, empty, empty],
      6,
    ) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
    // Kept past the scope of this function; taken over and disposed below.
    statistics.mean = tf.keep(mean);
    statistics.variance = tf.keep(variance);
    (save as (tensors: Tensor[]) => void)([x!, gamma!, reserve1, reserve2, reserve3]);
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] =>
      backend.executeMultipleOutputs('FusedBatchNormGradV3', attributes, [dy, ...saved], 5).slice(0, 3);
    return { value: y, gradFunc: gradFunc as (dy: Tensor, saved: Tensor[]) => Tensor[] };
  });
  const y = op(x, gamma, beta) as Tensor4D;
  const samples = x.size / x.shape[3];
  // The native kernel gives the unbiased variance.
  const variance = tf.mul(statistics.variance!, (samples - 1) / samples) as Tensor1D;
  const mean = tf.mul(statistics.mean!, 1) as Tensor1D;
  tf.dispose([statistics.mean!, statistics.variance!]);
  return { y, mean, variance };
}
