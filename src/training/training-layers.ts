import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import type { Activation, ConvOptions, Layers } from '../inference/network/layers.js';
import type { NamedWeights } from '../inference/model-format.js';
import { rowMeans } from '../inference/network/row-means.js';
import { BATCH_NORM_EPSILON, batchNormTraining } from './batch-norm.js';
import type { RandomRun, Rng } from './rng.js';
import { Table } from './table.js';

const MOVING_AVERAGE = 0.97;

/**
 * Layers made of variables, created at first use: He-normal kernels (He et al. 2015), zero biases. With `training` on, batch
 * statistics, moving averages and dropout; off, the moving averages, as the folded network will compute.
 */
export class TrainingLayers implements Layers {
  readonly variables = new Map<string, Variable>();
  /** Moving averages: part of the weights, not trained by gradients. */
  readonly averages = new Map<string, Variable>();
  /** Tables of embeddings, by name. */
  readonly tables = new Map<string, Table>();
  /** What a gradient has to be asked of for those of the tables to be found; a table is no tensor. */
  readonly tableAnchor = tf.tidy(() => tf.variable(tf.scalar(0)));
  training = true;
  readonly #rng: Rng;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  /** The randomness that initial values and dropout are part of. */
  get random(): RandomRun {
    return this.#rng.run;
  }

  conv2d(name: string, x: Tensor4D, options: ConvOptions): Tensor4D {
    const { filters, kernel, strides = [1, 1], activation = 'relu', silentAtFirst = false } = options;
    const inputs = x.shape[3];
    const shape = [kernel[0], kernel[1], inputs, filters];
    const weight = this.#variable(`${name}/kernel`, shape, () => this.#normal(shape, kernel[0] * kernel[1] * inputs));
    const gain = silentAtFirst ? 0 : 1;
    const gamma = this.#variable(`${name}/gamma`, [filters], () => tf.fill([filters], gain)) as Variable & Tensor1D;
    const beta = this.#variable(`${name}/beta`, [filters], () => tf.zeros([filters])) as Variable & Tensor1D;
    const mean = this.#average(`${name}/mean`, filters, 0);
    const variance = this.#average(`${name}/variance`, filters, 1);
    const y = tf.conv2d(x, weight as Variable & Tensor4D, strides, 'same');
    const normal = this.training
      ? this.#normalise(y, gamma, beta, mean, variance)
      : tf.batchNorm(y, mean as Tensor1D, variance as Tensor1D, beta, gamma, BATCH_NORM_EPSILON);
    return (activation === 'relu' ? tf.relu(normal) : normal) as Tensor4D;
  }

  dense(name: string, x: Tensor2D, units: number, activation: Activation = 'linear'): Tensor2D {
    const inputs = x.shape[1];
    const gain = activation === 'relu' ? 1 : 2;
    const shape = [inputs, units];
    const kernel = this.#variable(`${name}/kernel`, shape, () => this.#normal(shape, inputs * gain));
    const bias = this.#variable(`${name}/bias`, [units], () => tf.zeros([units]));
    const y = tf.add(tf.matMul(x, kernel as Variable & Tensor2D), bias) as Tensor2D;
    if (activation === 'relu') return tf.relu(y);
    return activation === 'tanh' ? tf.tanh(y) : y;
  }

  denseEach(name: string, x: Tensor3D, units: number, activation: 'linear' | 'relu' = 'linear'): Tensor3D {
    const [each, , inputs] = x.shape;
    const shape = [each, inputs, units];
    const gain = activation === 'relu' ? 1 : 2;
    const kernel = this.#variable(`${name}/kernel`, shape, () => this.#normal(shape, inputs * gain));
    const bias = this.#variable(`${name}/bias`, [each * units], () => tf.zeros([each * units]));
    const y = tf.add(tf.matMul(x, kernel as Variable & Tensor3D), tf.reshape(bias, [each, 1, units])) as Tensor3D;
    return activation === 'relu' ? tf.relu(y) : y;
  }

  embedding(name: string, ids: Tensor3D, rows: number, width: number): Tensor3D {
    const table = this.#table(`${name}/table`, rows, width);
    const values = ids.dataSync<'int32'>() as Int32Array;
    const [n, m, perMean] = ids.shape;
    const look = tf.customGrad(() => ({
      value: tf.tensor3d(rowMeans(table.values, width, values, perMean), [n, m, width]),
      gradFunc: (dy: Tensor) => {
        table.ask({ ids: values, perMean, gradient: dy.dataSync<'float32'>() as Float32Array });
        return tf.scalar(0);
      },
    }));
    return look(this.tableAnchor) as Tensor3D;
  }

  has(): boolean {
    return true;
  }

  units(name: string): number | null {
    return this.variables.get(`${name}/bias`)?.shape[0] ?? null;
  }

  vector(name: string, length: number, initial = 0): Tensor {
    return this.#variable(`${name}/vector`, [length], () => tf.fill([length], initial));
  }

  /** Whole channels of a map, whole steps of a sequence, single values of a vector (Srivastava et al. 2014, Tompson et al. 2015). */
  dropout<T extends Tensor>(x: T, rate: number, together?: readonly number[]): T {
    if (!this.training || rate === 0) return x;
    const [n] = x.shape as [number];
    const usual = x.rank === 4 ? [n, 1, 1, x.shape[3]!] : x.rank === 3 ? [n, x.shape[1]!, 1] : x.shape;
    const shape = [...(together ?? usual)];
    const size = shape.reduce((product, side) => product * side, 1);
    const mask = Float32Array.from({ length: size }, () => (this.#rng.chance(rate) ? 0 : 1 / (1 - rate)));
    return tf.mul(x, tf.tensor(mask, shape));
  }

  /** A copy of everything, by name. */
  snapshot(): Map<string, NamedWeights> {
    const all = [...this.variables, ...this.averages];
    return new Map([
      ...all.map(([name, v]): [string, NamedWeights] => {
        return [name, { shape: v.shape, values: Float32Array.from(v.dataSync()) }];
      }),
      ...[...this.tables].map(([name, table]): [string, NamedWeights] => [name, table.weights()]),
    ]);
  }

  /** Takes over weights by name; those of other modalities are ignored only when `only` says so. */
  restore(weights: ReadonlyMap<string, NamedWeights>): void {
    for (const [name, { shape, values }] of weights) {
      if (name.endsWith('/table')) {
        this.tables.set(name, new Table([shape[0]!, shape[1]!], Float32Array.from(values)));
        continue;
      }
      const isAverage = /\/(?:mean|variance)$/u.test(name);
      const into = isAverage ? this.averages : this.variables;
      const known = into.get(name);
      const tensor = tf.tensor(values, shape);
      if (known) known.assign(tensor as Tensor1D);
      else into.set(name, tf.variable(tensor, !isAverage));
      tensor.dispose();
    }
  }

  dispose(): void {
    tf.dispose([...this.variables.values(), ...this.averages.values()]);
    this.variables.clear();
    this.averages.clear();
    this.tables.clear();
    this.tableAnchor.dispose();
  }

  #normalise(x: Tensor4D, gamma: Tensor1D, beta: Tensor1D, mean: Variable, variance: Variable): Tensor4D {
    const batch = batchNormTraining(x, gamma, beta);
    tf.tidy(() => {
      mean.assign(tf.add(tf.mul(mean, MOVING_AVERAGE), tf.mul(batch.mean, 1 - MOVING_AVERAGE)) as Tensor1D);
      variance.assign(tf.add(tf.mul(variance, MOVING_AVERAGE), tf.mul(batch.variance, 1 - MOVING_AVERAGE)) as Tensor1D);
    });
    return batch.y;
  }

  #variable(name: string, shape: number[], initial: () => Tensor): Variable {
    const known = this.variables.get(name);
    if (known) return known;
    const made = tf.variable(initial());
    if (made.shape.join() !== shape.join()) throw new RangeError(`${name}: initial value of another shape`);
    this.variables.set(name, made);
    return made;
  }

  #table(name: string, rows: number, width: number): Table {
    const known = this.tables.get(name);
    if (known) return known;
    const made = new Table([rows, width], this.#normals(rows * width, 2 * width));
    this.tables.set(name, made);
    return made;
  }

  #average(name: string, length: number, initial: number): Variable {
    const known = this.averages.get(name);
    if (known) return known;
    const made = tf.variable(tf.fill([length], initial), false);
    this.averages.set(name, made);
    return made;
  }

  #normal(shape: number[], fanIn: number): Tensor {
    const size = shape.reduce((product, side) => product * side, 1);
    return tf.tensor(this.#normals(size, fanIn), shape);
  }

  #normals(size: number, fanIn: number): Float32Array {
    const deviation = Math.sqrt(2 / fanIn);
    return Float32Array.from({ length: size }, () => deviation * this.#rng.normal());
  }
}
