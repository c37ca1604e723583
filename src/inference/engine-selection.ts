import { REMOTE_ENGINE, type EngineFallback, type PassedOverWhy } from '../common/engine-names.js';
import { EmostreamError } from '../common/errors.js';
import type { EngineStatus } from './available-engines.js';
import type { EngineChoice, RunningEngine } from './engines.js';
import { warmUpToPace, type BatchPace, type SetPace } from './batch-pace.js';
import { ALL_ENGINES, ENGINE_NAMES, type EngineName, type ModelInfo } from './types.js';

/** A better engine, and why it is not the one in use. */
export interface PassedOver {
  engine: EngineName;
  why: PassedOverWhy;
  /** In a sentence, with what to do about it. */
  reason: string;
}

/** An engine with its model, warm. */
export interface EngineInUse {
  engine: RunningEngine;
  model: ModelInfo;
  pace: BatchPace;
}

export interface BringUpOptions {
  /** Folder of the model. */
  model: string;
  pace: SetPace;
  /** @throws EmostreamError ENGINE_UNAVAILABLE when it cannot run here */
  start: (name: EngineName) => Promise<RunningEngine>;
  /** Told of each engine whether anything stands in its way, as far as that shows without starting it. */
  list: () => EngineStatus[];
}

/** Starts an engine, loads the model into it and warms it up. @throws what any of that throws; then it is gone again */
export async function bringUp(
  name: EngineName,
  { model, pace, start }: BringUpOptions,
  real = false,
): Promise<EngineInUse> {
  const engine = await start(name);
  try {
    if (real && engine.device.kind === 'software-gpu') throw new SoftwareGpu(name, engine.device.name);
    const info = await engine.load(model);
    return { engine, model: info, pace: await warmUpToPace(engine, pace) };
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}

class SoftwareGpu extends EmostreamError {
  constructor(engine: EngineName, device: string) {
    super('ENGINE_UNAVAILABLE', `The ${engine} engine finds no GPU but ${device}, which computes on the processor.`);
  }
}

export interface Selection {
  inUse: EngineInUse;
  /** The better ones, the best first. */
  passedOver: PassedOver[];
}

/**
 * Brings up the best engine that can be.
 * @param names the best first
 * @throws what the last of them throws; EmostreamError MODEL_INVALID at once, as no engine takes such a model
 */
export async function selectBest(names: readonly EngineName[], options: BringUpOptions): Promise<Selection> {
  const passedOver: PassedOver[] = [];
  const known = options.list();
  for (const name of names) {
    const status = known.find((one) => one.name === name);
    if (status && !status.available && name !== names.at(-1)) {
      passedOver.push({ engine: name, why: 'missing', reason: `${status.reason} ${status.advice}`.trim() });
      continue;
    }
    try {
      return { inUse: await bringUp(name, options, true), passedOver };
    } catch (error) {
      if (name === names.at(-1) || (error instanceof EmostreamError && error.code === 'MODEL_INVALID')) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      passedOver.push({ engine: name, why: error instanceof SoftwareGpu ? 'software-gpu' : 'failed', reason });
    }
  }
  throw new EmostreamError('INTERNAL', 'no engine was named');
}

/**
 * The engines that may be used, the best first: of the choice `auto` all of this machine; of a name that alone, and of the remote one
 * those that its user has named to fall back to.
 */
export function candidates(choice: EngineChoice, fallback: EngineFallback): readonly EngineName[] {
  if (choice === 'auto') return ENGINE_NAMES;
  if (choice !== REMOTE_ENGINE || fallback === 'none') return [choice];
  return [choice, ...(fallback === 'auto' ? ENGINE_NAMES : [fallback])];
}

/** Those of the candidates that are better than one, the best first. */
export const betterThan = (name: EngineName, of: readonly EngineName[]): EngineName[] =>
  of.filter((other) => rank(other) < rank(name));
/** Those that are worse than one, the best first. */
export const belowOf = (name: EngineName, of: readonly EngineName[]): EngineName[] =>
  of.filter((other) => rank(other) > rank(name));
const rank = (name: EngineName): number => ALL_ENGINES.indexOf(name);
