import { EmostreamError } from '../common/errors.js';
import type { Checkpoint, CheckpointStore } from './checkpoint.js';
import type { AdamW } from './optimiser.js';
import type { TrainingLayers } from './training-layers.js';
import type { TrainingRecord } from './weights-store.js';

/** How a run is kept, gone on with and stopped. */
export interface RunControl {
  store: CheckpointStore;
  /** What the command was given, by the name a user knows: must be the same to go on. */
  options: Record<string, string>;
  /** The record of the weights that the run goes on from; kept with the checkpoint. */
  before?: TrainingRecord;
  /** Aborted: the run ends after the running step with the signal's reason, its checkpoint written. */
  signal?: AbortSignal;
}

/** The part of a run's state that is not in its layers, optimiser and generators. */
export type Progress = Pick<Checkpoint, 'step' | 'lossSum' | 'cpuSeconds' | 'best'>;

/** Everything as it is now, to be written. */
export function capture(
  layers: TrainingLayers,
  optimiser: AdamW,
  progress: Progress,
  { options, before }: Pick<RunControl, 'options' | 'before'>,
): Checkpoint {
  const all = layers.snapshot();
  return {
    ...progress,
    options,
    variables: new Map([...all].filter(([name]) => layers.variables.has(name) || layers.tables.has(name))),
    averages: new Map([...all].filter(([name]) => layers.averages.has(name))),
    optimiser: optimiser.snapshot(),
    random: layers.random.positions(),
    ...(before ? { before } : {}),
  };
}

/**
 * Puts a run back to where the checkpoint was taken. The layers' variables must have been made, so that a checkpoint of
 * another network is known as such.
 * @throws EmostreamError CONFIG_INVALID when options, network or data are others; then nothing was changed
 */
export function restore(
  checkpoint: Checkpoint,
  layers: TrainingLayers,
  optimiser: AdamW,
  options: Record<string, string>,
): Progress {
  checkOptions(checkpoint.options, options);
  const saved = new Map([...checkpoint.variables, ...checkpoint.averages]);
  for (const [name, { shape }] of layers.snapshot()) {
    if (saved.get(name)?.shape.join() !== shape.join()) throw refusal('it is of another network');
  }
  if (!layers.random.goTo(checkpoint.random)) throw refusal('the prepared data or the training program have changed');
  // In the order of the checkpoint: the gradient's norm is a sum over variables, and its last bits depend on their order.
  layers.dispose();
  layers.restore(saved);
  optimiser.restore(checkpoint.optimiser);
  const { step, lossSum, cpuSeconds, best } = checkpoint;
  return { step, lossSum, cpuSeconds, best };
}

function checkOptions(saved: Record<string, string>, now: Record<string, string>): void {
  const names = [...new Set([...Object.keys(saved), ...Object.keys(now)])];
  const other = names
    .filter((name) => saved[name] !== now[name])
    .map((name) => `${name} was ${saved[name] ?? 'not given'} and is now ${now[name] ?? 'not given'}`);
  if (other.length > 0) throw refusal(other.join(', '));
}

function refusal(why: string): EmostreamError {
  return new EmostreamError(
    'CONFIG_INVALID',
    `The checkpoint of the interrupted run does not fit: ${why}. Give the options it was begun with, or begin anew with --restart.`,
  );
}
