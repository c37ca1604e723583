import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { EmostreamError } from '../../common/errors.js';
import type { Activation, ConvOptions, Layers } from './layers.js';

/** Fixed weights by name. Convolutions are one fused operation: batch normalisation is already in their weights. */
export class InferenceLayers implements Layers {
  readonly #weights: ReadonlyMap<string, Tensor>;

  constructor(weights: ReadonlyMap<string, Tensor>) {
    this.#weights = weights;
  }

  conv2d(name: string, x: Tensor4D, { filters, kernel, strides = [1, 1], activation = 'relu' }: ConvOptions): Tensor4D {
    const filter = this.#weight<Tensor4D>(`${name}/kernel`, [...kernel, x.shape[3], filters]);
    const bias = this.#weight<Tensor1D>(`${name}/bias`, [filters]);
    return tf.fused.conv2d({ x, filter, strides, pad: 'same', bias, activation });
  }

  dense(name: string, x: Tensor2D, units: number, activation: Activation = 'linear'): Tensor2D {
    const kernel = this.#weight<Tensor2D>(`${name}/kernel`, [x.shape[1], units]);
    const bias = this.#weight<Tensor1D>(`${name}/bias`, [units]);
    if (activation === 'tanh') return tf.tanh(tf.fused.matMul({ a: x, b: kernel, bias }) as Tensor2D);
    return tf.fused.matMul({ a: x, b: kernel, bias, activation }) as Tensor2D;
  }

  embedding(name: string, ids: Tensor, rows: number, width: number): Tensor2D {
    return tf.gather(this.#weight<Tensor2D>(`${name}/table`, [rows, width]), ids as Tensor1D);
  }

  vector(name: string, length: number): Tensor {
    return this.#weight(`${name}/vector`, [length]);
  }

  dropout<T extends Tensor>(x: T): T {
    return x;
  }

  #weight<T extends Tensor>(name: string, shape: number[]): T {
    const weight = this.#weights.get(name);
    if (!weight) throw new EmostreamError('MODEL_INVALID', `The model lacks the weight ${name}: export it again.`);
    if (weight.shape.join() !== shape.join()) {
      const message = `Weight ${name} has shape [${weight.shape.join()}], the network needs [${shape.join()}].`;
      throw new EmostreamError('MODEL_INVALID', `${message} The model was made by another version: export it again.`);
    }
    return weight as T;
  }
}
