import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { EmostreamError } from '../../common/errors.js';
import type { Activation, ConvOptions, Layers } from './layers.js';
import { rowMeans } from './row-means.js';

/** An embedding's rows, one after the other. */
export interface Table {
  shape: readonly number[];
  values: Float32Array;
}

/** Fixed weights by name. Convolutions are one fused operation: batch normalisation is already in their weights. */
export class InferenceLayers implements Layers {
  readonly #weights: ReadonlyMap<string, Tensor>;
  readonly #tables: ReadonlyMap<string, Table>;

  /**
   * @param tables those of the embeddings that are looked up here and not by the backend: WebAssembly's `gather` finds the place of
   * each single value anew (tfjs-backend-wasm, GatherV2) and took nine tenths of the time of a text
   */
  constructor(weights: ReadonlyMap<string, Tensor>, tables: ReadonlyMap<string, Table> = new Map()) {
    this.#weights = weights;
    this.#tables = tables;
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

  /** One after the other: WebAssembly's product of many matrices takes several times as long as as many products of two. */
  denseEach(name: string, x: Tensor3D, units: number, activation: 'linear' | 'relu' = 'linear'): Tensor3D {
    const [each, n, inputs] = x.shape;
    const kernel = this.#weight<Tensor3D>(`${name}/kernel`, [each, inputs, units]);
    const bias = this.#weight<Tensor1D>(`${name}/bias`, [each * units]);
    const answers = Array.from({ length: each }, (_, k) => {
      const own: Tensor2D = tf.reshape(tf.slice(x, [k, 0, 0], [1, n, inputs]), [n, inputs]);
      const b: Tensor2D = tf.reshape(tf.slice(kernel, [k, 0, 0], [1, inputs, units]), [inputs, units]);
      return tf.fused.matMul({ a: own, b, bias: tf.slice(bias, [k * units], [units]), activation }) as Tensor2D;
    });
    return tf.stack(answers) as Tensor3D;
  }

  embedding(name: string, ids: Tensor3D, rows: number, width: number): Tensor3D {
    const [n, m, perMean] = ids.shape;
    const table = this.#tables.get(`${name}/table`);
    if (table) {
      requireShape(`${name}/table`, table.shape, [rows, width]);
      return tf.tensor3d(rowMeans(table.values, width, ids.dataSync<'int32'>() as Int32Array, perMean), [n, m, width]);
    }
    const all = tf.gather(this.#weight<Tensor2D>(`${name}/table`, [rows, width]), tf.reshape(ids, [-1]) as Tensor1D);
    const known = tf.cast(tf.notEqual(ids, tf.scalar(0, 'int32')), 'float32');
    const share = tf.div(known, tf.maximum(tf.sum(known, 2, true), 1));
    return tf.sum(tf.mul(tf.reshape(all, [n, m, perMean, width]), tf.expandDims(share, 3)), 2);
  }

  has(name: string): boolean {
    return this.#weights.has(`${name}/kernel`);
  }

  units(name: string): number | null {
    return this.#weights.get(`${name}/bias`)?.shape[0] ?? null;
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
    requireShape(name, weight.shape, shape);
    return weight as T;
  }
}

function requireShape(name: string, actual: readonly number[], needed: readonly number[]): void {
  if (actual.join() === needed.join()) return;
  const message = `Weight ${name} has shape [${actual.join()}], the network needs [${needed.join()}].`;
  throw new EmostreamError('MODEL_INVALID', `${message} The model was made by another version: export it again.`);
}
