import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';

export type Activation = 'linear' | 'relu' | 'tanh';

export interface ConvOptions {
  filters: number;
  /** Height, width. */
  kernel: [number, number];
  /** Height, width; default 1, 1. */
  strides?: [number, number];
  activation?: 'linear' | 'relu';
  /** The gain of its batch normalisation begins at 0, so that a residual block begins as its short cut (Goyal et al. 2017). */
  silentAtFirst?: boolean;
}

/**
 * What the network is made of. The network is written once against this interface; training implements it with variables
 * and batch statistics, inference with fixed weights into which batch normalisation was folded. Names are unique paths
 * such as `face/stem`, and name the weights in the model file.
 */
export interface Layers {
  /** Convolution with `same` padding, batch normalisation (folded at inference), activation. NHWC. */
  conv2d(name: string, x: Tensor4D, options: ConvOptions): Tensor4D;
  /** x · W + b, activation. */
  dense(name: string, x: Tensor2D, units: number, activation?: Activation): Tensor2D;
  /** Dense layers side by side, one for each of k. @param x k × n × inputs @returns k × n × units */
  denseEach(name: string, x: Tensor3D, units: number, activation?: 'linear' | 'relu'): Tensor3D;
  /** The mean of a table's rows by id, 0 not counted. @param ids n × m × perMean, int32 @returns n × m × width */
  embedding(name: string, ids: Tensor3D, rows: number, width: number): Tensor3D;
  /** Whether a layer with a kernel is there, or will be made as it is asked for: an older model lacks some. */
  has(name: string): boolean;
  /** How many outputs a layer has that is there already; null where it will be made as it is asked for. */
  units(name: string): number | null;
  /** A trained vector, zeros (or `initial`) at the start. */
  vector(name: string, length: number, initial?: number): Tensor;
  /** Random zeroing while training, nothing at inference. @param together of the rank of x: 1 on an axis that is kept or lost as one */
  dropout<T extends Tensor>(x: T, rate: number, together?: readonly number[]): T;
}
