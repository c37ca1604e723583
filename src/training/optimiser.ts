import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { NamedWeights } from '../inference/model-format.js';
import type { OptimiserState } from './checkpoint.js';

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

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019) and a running average of the weights. */
export class AdamW {
  readonly options: Readonly<AdamWOptions>;
  readonly #first = new Map<string, Variable>();
  readonly #second = new Map<string, Variable>();
  readonly #average = new Map<string, Variable>();
  #steps = 0;

  constructor(options: AdamWOptions) {
    this.options = options;
  }

  /** One step; disposes nothing of the caller's. */
  apply(variables: ReadonlyMap<string, Variable>, gradients: Record<string, Tensor>, learningRate: number): void {
    this.#steps++;
    const correction = Math.sqrt(1 - BETA2 ** this.#steps) / (1 - BETA1 ** this.#steps);
    // Early on the average would be of the random start: it warms up.
    const decay = Math.min(this.options.averageDecay, (1 + this.#steps) / (10 + this.#steps));
    tf.tidy(() => {
      const norm = tf.sqrt(tf.addN(Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)))));
      const scale = tf.minimum(1, tf.div(this.options.clipNorm, tf.add(norm, 1e-6)));
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

  /** The averaged value of a variable, or undefined before the first step. */
  averaged(name: string): Variable | undefined {
    return this.#average.get(name);
  }

  /** A copy of everything that the next step depends on. */
  snapshot(): OptimiserState {
    return {
      steps: this.#steps,
      first: copyOf(this.#first),
      second: copyOf(this.#second),
      average: copyOf(this.#average),
    };
  }

  /** Goes on from a snapshot. */
  restore({ steps, first, second, average }: OptimiserState): void {
    this.dispose();
    this.#steps = steps;
    fill(this.#first, first);
    fill(this.#second, second);
    fill(this.#average, average);
  }

  dispose(): void {
    for (const map of [this.#first, this.#second, this.#average]) {
      tf.dispose([...map.values()]);
      map.clear();
    }
  }
}

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
    map.set(
      name,
      tf.tidy(() => tf.variable(tf.tensor(values, shape), false)),
    );
  }
}
