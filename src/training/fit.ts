import { setImmediate as nextTurn } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { NamedWeights } from '../inference/model-format.js';
import type { AdamW } from './optimiser.js';
import { capture, restore, type Progress, type RunControl } from './resume.js';
import type { TrainingLayers } from './training-layers.js';
import type { LogMelRecord } from './weights-store.js';

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
  /** Checkpoints and stopping; without it the run lives and dies with the process. */
  control?: RunControl | undefined;
  /** Milliseconds, for the estimate of the time that remains. */
  clock?: () => number;
  log: (line: string) => void;
}

export interface FitResult {
  weights: Map<string, NamedWeights>;
  score: number;
  /** The epoch that gave the weights, and how many the run was planned for. */
  epoch: number;
  epochs: number;
  /** Of a voice whose networks on log-mel were trained elsewhere: how. */
  logMel?: LogMelRecord;
  /** Whether bursts of the voice were trained on: where no encoder hears them they are not. */
  bursts?: boolean;
  /** CPU time of the process so far, all threads: unlike wall time it does not depend on what else ran. */
  cpuSeconds: number;
}

/**
 * Trains and answers the weights that were best on validation data. With a control it goes on from that run's checkpoint,
 * writes one after every epoch, and can be stopped after any step.
 * @throws the reason of the control's signal, when stopped; EmostreamError CONFIG_INVALID when the checkpoint does not fit
 */
export async function fit(options: FitOptions): Promise<FitResult> {
  const { layers, optimiser, epochs, stepsPerEpoch, frozen = () => false, control } = options;
  if (epochs < 1) throw new RangeError('epochs must be at least 1');
  const { clock = () => performance.now() } = options;
  const steps = epochs * stepsPerEpoch;
  const recipe = { ...control?.options, ...recipeOf(options) };
  const run = (await resumed(options, recipe)) ?? { step: 0, lossSum: 0, cpuSeconds: 0, best: null };
  const earlier = { step: run.step, cpuSeconds: run.cpuSeconds, started: clock() };
  layers.random.close();
  const save = async (): Promise<void> => {
    run.cpuSeconds = earlier.cpuSeconds + cpuSeconds();
    await control?.store.save(capture(layers, optimiser, run, { ...control, options: recipe }));
  };
  while (run.step < steps) {
    control?.signal?.throwIfAborted();
    const rate = options.learningRate * schedule(run.step, stepsPerEpoch, steps);
    run.lossSum += trainStep(layers, optimiser, options.loss, rate, frozen);
    run.step++;
    if (run.step % stepsPerEpoch === 0) {
      const judged = await judge(options, run, earlier.cpuSeconds);
      const left = ((clock() - earlier.started) / (run.step - earlier.step)) * (steps - run.step);
      const loss = (run.lossSum / stepsPerEpoch).toFixed(4);
      options.log(`epoch ${run.step / stepsPerEpoch}/${epochs}  loss ${loss}  ${judged}  ${remaining(left)}`);
      run.lossSum = 0;
      await save();
    } else {
      // Steps are synchronous: without a turn of the event loop no signal would ever arrive.
      await nextTurn();
      if (control?.signal?.aborted) await save();
    }
  }
  const { weights, score, epoch } = run.best!;
  return { weights: new Map(weights), score, epoch, epochs, cpuSeconds: earlier.cpuSeconds + cpuSeconds() };
}

/** What of the recipe must be the same for a run to go on. */
function recipeOf({ optimiser, epochs, stepsPerEpoch, learningRate }: FitOptions): Record<string, string> {
  const numbers = { epochs, 'steps per epoch': stepsPerEpoch, 'learning rate': learningRate, ...optimiser.options };
  return Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)]));
}

async function resumed(options: FitOptions, recipe: Record<string, string>): Promise<Progress | null> {
  const { layers, optimiser, control, stepsPerEpoch } = options;
  const checkpoint = await control?.store.load();
  if (!checkpoint) return null;
  makeVariables(layers, options.loss);
  const progress = restore(checkpoint, layers, optimiser, recipe);
  const [epoch, step] = [Math.floor(progress.step / stepsPerEpoch) + 1, progress.step % stepsPerEpoch];
  options.log(`going on at epoch ${epoch}, step ${step}, where an interrupted run stopped (--restart begins anew)`);
  return progress;
}

/** Judges the epoch that has just ended, if it is one to be judged; keeps the best. @returns a piece of the epoch's line */
async function judge(options: FitOptions, run: Progress, earlierCpuSeconds: number): Promise<string> {
  const { layers, optimiser, epochs, stepsPerEpoch } = options;
  const epoch = run.step / stepsPerEpoch;
  if (epoch % (options.validateEvery ?? 1) !== 0 && epoch !== epochs) return 'not validated';
  const weights = averagedSnapshot(layers, optimiser);
  const { score, text } = options.validate(weights);
  if (!run.best || score > run.best.score) {
    run.best = { weights, score, epoch };
    await options.onBest?.({ weights, score, epoch, epochs, cpuSeconds: earlierCpuSeconds + cpuSeconds() });
  }
  return `${text}  best ${run.best.score.toFixed(4)}`;
}

function remaining(milliseconds: number): string {
  const minutes = milliseconds / 60_000;
  if (minutes >= 90) return `${(minutes / 60).toFixed(1)} h left`;
  return minutes >= 1.5 ? `${minutes.toFixed(0)} min left` : `${(60 * minutes).toFixed(0)} s left`;
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
  makeVariables(layers, loss);
  const trained = new Map([...layers.variables].filter(([name]) => !frozen(name)));
  const { value, grads } = tf.variableGrads(loss, [...trained.values(), layers.tableAnchor] as Variable[]);
  optimiser.apply(trained, grads as Record<string, Tensor>, rate, layers.tables);
  const number = value.dataSync()[0]!;
  tf.dispose([value, ...Object.values(grads)]);
  return number;
}

/** The first call makes the variables, outside the tape: a variable made under it would be part of the graph. */
function makeVariables(layers: TrainingLayers, loss: () => Scalar): void {
  layers.training = true;
  if (layers.variables.size === 0) tf.tidy(() => void loss());
}

function averagedSnapshot(layers: TrainingLayers, optimiser: AdamW): Map<string, NamedWeights> {
  const all = layers.snapshot();
  for (const [name, weight] of all) {
    weight.values = optimiser.averaged(name) ?? weight.values;
  }
  return all;
}
