import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { NamedWeights } from '../inference/model-format.js';
import type { OptimiserState } from './checkpoint.js';
import { squaresOf, stepTable, type TableMoments } from './table-adam.js';
import type { Table } from './table.js';

export interface AdamWOptions {
  /** Pulls kernels (not biases, gains or tables) towards zero, times the learning rate. */
  weightDecay: number;
  /** Gradients are scaled down to this norm in total. */
  clipNorm: number;
  /** Share of the old value in the running average of the weights that is evaluated and kept. */
  averageDecay: number;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-7;
/** The average of a table is brought up to date every so many steps: it is long, and what moves it is little. */
const TABLE_AVERAGED = 4;

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019) and a running average of the weights. */
export class AdamW {
  readonly options: Readonly<AdamWOptions>;
  readonly #first = new Map<string, Variable>();
  readonly #second = new Map<string, Variable>();
  readonly #average = new Map<string, Variable>();
  readonly #tables = new Map<string, TableMoments & { shape: number[] }>();
  #steps = 0;

  constructor(options: AdamWOptions) {
    this.options = options;
  }

  /** One step; disposes nothing of the caller's. */
  apply(
    variables: ReadonlyMap<string, Variable>,
    gradients: Record<string, Tensor>,
    learningRate: number,
    tables: ReadonlyMap<string, Table> = new Map(),
  ): void {
    this.#steps++;
    const correction = Math.sqrt(1 - BETA2 ** this.#steps) / (1 - BETA1 ** this.#steps);
    // Early on the average would be of the random start: it warms up.
    const decay = Math.min(this.options.averageDecay, (1 + this.#steps) / (10 + this.#steps));
    const asked = [...tables].map(([name, table]) => ({ name, table, of: table.take() }));
    const inTables = asked.reduce((sum, { of }) => sum + squaresOf(of.gradients), 0);
    tf.tidy(() => {
      const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)));
      const norm = tf.sqrt(tf.addN([tf.scalar(inTables), ...squares]));
      const scale = tf.minimum(1, tf.div(this.options.clipNorm, tf.add(norm, 1e-6)));
      for (const { name, table, of } of asked) {
        stepTable(table, this.#momentsOf(name, table), of, {
          scale: scale.dataSync()[0]!,
          rate: learningRate * correction,
          ...{ beta1: BETA1, beta2: BETA2, epsilon: EPSILON },
          averageDecay: this.#steps % TABLE_AVERAGED === 0 ? decay ** TABLE_AVERAGED : null,
        });
      }
      for (const [name, variable] of variables) {
        const gradient = gradients[variable.name];
        if (!gradient) continue;
        const clipped = tf.mul(gradient, scale);
        const first = state(this.#first, name, () => tf.zerosLike(variable));
        const second = state(this.#second, name, () => tf.zerosLike(variable));
        const average = state(this.#average, name, () => tf.clone(variable));
        first.assign(tf.add(tf.mul(first, BETA1), tf.mul(clipped, 1 - BETA1)));
        second.assign(tf.add(tf.mul(second, BETA2), tf.mul(tf.square(clipped), 1 - BETA2)));
        const step = tf.div(tf.mul(first, learningRate * correction), tf.add(tf.sqrt(second), EPSILON));
        const decayed = name.endsWith('/kernel')
          ? tf.mul(variable, 1 - learningRate * this.options.weightDecay)
          : variable;
        variable.assign(tf.sub(decayed, step));
        average.assign(tf.add(tf.mul(average, decay), tf.mul(variable, 1 - decay)));
      }
    });
  }

  #momentsOf(name: string, { shape, values }: Table): TableMoments {
    let known = this.#tables.get(name);
    if (!known) {
      const zeros = (): Float32Array => new Float32Array(values.length);
      this.#tables.set(name, (known = { shape, first: zeros(), second: zeros(), average: values.slice() }));
    }
    return known;
  }

  /** The averaged values of a variable or table, or undefined before the first step. */
  averaged(name: string): Float32Array | undefined {
    const values = this.#tables.get(name)?.average ?? this.#average.get(name)?.dataSync<'float32'>();
    return values && Float32Array.from(values);
  }

  /** A copy of everything that the next step depends on. */
  snapshot(): OptimiserState {
    const all = (map: ReadonlyMap<string, Variable>, kind: keyof TableMoments): Map<string, NamedWeights> =>
      new Map([
        ...copyOf(map),
        ...[...this.#tables].map(([name, { shape, [kind]: values }]): [string, NamedWeights] => {
          return [name, { shape, values: values.slice() }];
        }),
      ]);
    return {
      steps: this.#steps,
      first: all(this.#first, 'first'),
      second: all(this.#second, 'second'),
      average: all(this.#average, 'average'),
    };
  }

  /** Goes on from a snapshot. */
  restore({ steps, first, second, average }: OptimiserState): void {
    this.dispose();
    this.#steps = steps;
    fill(this.#first, first);
    fill(this.#second, second);
    fill(this.#average, average);
    for (const [name, { shape, values }] of first) {
      if (!isTable(name)) continue;
      const copyFrom = (map: ReadonlyMap<string, NamedWeights>): Float32Array =>
        Float32Array.from(map.get(name)!.values);
      const moments = { first: Float32Array.from(values), second: copyFrom(second), average: copyFrom(average) };
      this.#tables.set(name, { shape, ...moments });
    }
  }

  dispose(): void {
    for (const map of [this.#first, this.#second, this.#average]) {
      tf.dispose([...map.values()]);
      map.clear();
    }
    this.#tables.clear();
  }
}

const isTable = (name: string): boolean => name.endsWith('/table');

function state(map: Map<string, Variable>, name: string, initial: () => Tensor): Variable {
  let known = map.get(name);
  if (!known) map.set(name, (known = tf.variable(initial(), false)));
  return known;
}

function copyOf(map: ReadonlyMap<string, Variable>): Map<string, NamedWeights> {
  return new Map([...map].map(([name, v]) => [name, { shape: v.shape, values: Float32Array.from(v.dataSync()) }]));
}

function fill(map: Map<string, Variable>, from: ReadonlyMap<string, NamedWeights>): void {
  for (const [name, { shape, values }] of from) {
    if (isTable(name)) continue;
    map.set(
      name,
      tf.tidy(() => tf.variable(tf.tensor(values, shape), false)),
    );
  }
}
