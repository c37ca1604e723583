import type { NamedWeights } from '../inference/model-format.js';
import { BATCH_NORM_EPSILON } from './batch-norm.js';

/**
 * Folds batch normalisation into the convolution before it: kernel' = kernel · s, bias' = beta - mean · s, with
 * s = gamma / √(variance + ε). All other weights are passed on.
 */
export function foldBatchNorm(weights: ReadonlyMap<string, NamedWeights>): Map<string, NamedWeights> {
  const folded = new Map<string, NamedWeights>();
  for (const [name, weight] of weights) {
    const [base, leaf] = [name.slice(0, name.lastIndexOf('/')), name.slice(name.lastIndexOf('/') + 1)];
    const gamma = weights.get(`${base}/gamma`)?.values;
    if (!gamma) {
      folded.set(name, weight);
      continue;
    }
    if (leaf !== 'kernel') continue;
    const [beta, mean, variance] = ['beta', 'mean', 'variance'].map((part) => weights.get(`${base}/${part}`)?.values);
    if (!beta || !mean || !variance) throw new RangeError(`${base} has gamma but not all of beta, mean, variance`);
    const scale = gamma.map((value, i) => value / Math.sqrt(variance[i]! + BATCH_NORM_EPSILON));
    // The filter is the last axis of the kernel.
    const kernel = weight.values.map((value, i) => value * scale[i % scale.length]!);
    folded.set(name, { shape: weight.shape, values: kernel });
    folded.set(`${base}/bias`, { shape: [scale.length], values: beta.map((value, i) => value - mean[i]! * scale[i]!) });
  }
  return folded;
}
