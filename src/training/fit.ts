import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { NamedWeights } from '../inference/model-format.js';
import type { AdamW } from './optimiser.js';
import type { TrainingLayers } from './training-layers.js';

export interface FitOptions {
  layers: TrainingLayers;
  optimiser: AdamW;
  epochs: number;
  stepsPerEpoch: number;
  /** Highest learning rate; rises over the first epoch, then falls to zero along a cosine (Loshchilov and Hutter 2017). */
  learningRate: number;
  /** The mean loss of the next batch. Runs under the gradient tape. */
  loss: () => Scalar;
  /** Judges averaged weights on validation data; the highest score is kept. */
  validate: (weights: Map<string, NamedWeights>) => { score: number; text: string };
  /** Validates every so many epochs, and after the last. */
  validateEvery?: number;
  /** Variables that stay as they are. */
  frozen?: (name: string) => boolean;
  /** Told each time the best weights got better, so that an interrupted run is not lost. */
  onBest?: (best: FitResult) => Promise<void>;
  log: (line: string) => void;
}

export interface FitResult {
  weights: Map<string, NamedWeights>;
  score: number;
  /** The epoch that gave the weights, and how many the run was planned for. */
  epoch: number;
  epochs: number;
  /** CPU time of the process so far, all threads: unlike wall time it does not depend on what else ran. */
  cpuSeconds: number;
}

/** Trains and answers the weights that were best on validation data. */
export async function fit(options: FitOptions): Promise<FitResult> {
  const { layers, optimiser, epochs, stepsPerEpoch, frozen = () => false } = options;
  const started = performance.now();
  const steps = epochs * stepsPerEpoch;
  let best: FitResult | null = null;
  let step = 0;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    let total = 0;
    for (let i = 0; i < stepsPerEpoch; i++, step++) {
      const rate = options.learningRate * schedule(step, stepsPerEpoch, steps);
      total += trainStep(layers, optimiser, options.loss, rate, frozen);
    }
    if (epoch % (options.validateEvery ?? 1) !== 0 && epoch !== epochs) continue;
    const weights = averagedSnapshot(layers, optimiser);
    const { score, text } = options.validate(weights);
    const seconds = (performance.now() - started) / 1000;
    if (!best || score > best.score) {
      best = { weights, score, epoch, epochs, cpuSeconds: cpuSeconds() };
      await options.onBest?.(best);
    }
    const loss = (total / stepsPerEpoch).toFixed(4);
    options.log(
      `epoch ${epoch}/${epochs}  loss ${loss}  ${text}  best ${best.score.toFixed(4)}  ${seconds.toFixed(0)} s`,
    );
  }
  if (!best) throw new RangeError('epochs must be at least 1');
  return { ...best, cpuSeconds: cpuSeconds() };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function schedule(step: number, warmUp: number, steps: number): number {
  if (step < warmUp) return (step + 1) / warmUp;
  return 0.5 * (1 + Math.cos((Math.PI * (step - warmUp)) / Math.max(steps - warmUp, 1)));
}

function trainStep(
  layers: TrainingLayers,
  optimiser: AdamW,
  loss: () => Scalar,
  rate: number,
  frozen: (name: string) => boolean,
): number {
  layers.training = true;
  // The first call makes the variables, outside the tape: a variable made under it would be part of the graph.
  if (layers.variables.size === 0) tf.tidy(() => void loss());
  const trained = new Map([...layers.variables].filter(([name]) => !frozen(name)));
  const { value, grads } = tf.variableGrads(loss, [...trained.values()] as Variable[]);
  optimiser.apply(trained, grads as Record<string, Tensor>, rate);
  const number = value.dataSync()[0]!;
  tf.dispose([value, ...Object.values(grads)]);
  return number;
}

function averagedSnapshot(layers: TrainingLayers, optimiser: AdamW): Map<string, NamedWeights> {
  const all = layers.snapshot();
  for (const [name, weight] of all) {
    const average = optimiser.averaged(name);
    if (average) weight.values = Float32Array.from(average.dataSync());
  }
  return all;
}
