import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { EmostreamError } from '../../common/errors.js';
import type { Activation, ConvOptions, Layers } from './layers.js';

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

  embedding(name: string, ids: Tensor, rows: number, width: number): Tensor2D {
    const table = this.#tables.get(`${name}/table`);
    if (!table) return tf.gather(this.#weight<Tensor2D>(`${name}/table`, [rows, width]), ids as Tensor1D);
    requireShape(`${name}/table`, table.shape, [rows, width]);
    return tf.tensor2d(rowsOf(table.values, ids.dataSync<'int32'>(), width), [ids.size, width]);
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

/** Rows by id. 0 is padding, which weighs nothing: its rows are left empty. */
function rowsOf(table: Float32Array, ids: Int32Array, width: number): Float32Array {
  const out = new Float32Array(ids.length * width);
  for (let i = 0; i < ids.length; i++) {
    const from = ids[i]! * width;
    if (from > 0) for (let k = 0; k < width; k++) out[i * width + k] = table[from + k]!;
  }
  return out;
}
