import { availableParallelism } from 'node:os';
import { REMOTE_ENGINE } from '../common/engine-names.js';
import { requireAvailable } from './available-engines.js';
import { keepFloat32, quietenTensorflow } from './engine-install/tensorflow-facts.js';
import { EnginePool } from './engine-pool.js';
import { EngineThread } from './engine-thread.js';
import { withDefaults, type EngineThreadOptions } from './engine-thread-options.js';
import { onGpu, type Engine, type EngineName } from './types.js';

export type EngineChoice = 'auto' | EngineName;

/** The embedded one, which is always here. */
export const DEFAULT_ENGINE: EngineName = 'wasm';

/** Engines that use one core, however many there are, where they compute on the processor. */
const ONE_CORE: ReadonlySet<EngineName> = new Set(['onnx', 'wasm']);
/** Further threads gain less: the cores also decode, and each thread has the weights for itself. */
const MOST_BY_ITSELF = 2;

/** An engine that runs in threads of its own. */
export interface RunningEngine extends Engine {
  /** False while no thread takes calls. */
  readonly healthy: boolean;
  /** None will any more. */
  readonly hopeless: boolean;
}

export interface CreateEngineOptions extends EngineThreadOptions {
  /** Threads of an engine that uses one core each; 0: as many as there are cores, at most two. The others always have one. */
  threads?: number;
}

/**
 * An engine in a thread of its own, or in several.
 * @throws EmostreamError ENGINE_UNAVAILABLE with advice, when the one asked for cannot run here: never another in its place.
 */
export async function createEngine(
  name: EngineName,
  { threads = 1, ...options }: CreateEngineOptions = {},
): Promise<RunningEngine> {
  if (name === REMOTE_ENGINE) return startRemote(options);
  requireAvailable(name);
  // Here too: a thread's own environment is a copy, which native code does not see.
  if (name.startsWith('tensorflow')) quietenTensorflow();
  keepFloat32();
  const first = await EngineThread.create(name, options);
  if (!ONE_CORE.has(name) || onGpu(first.device)) return first;
  const count = threads || Math.min(MOST_BY_ITSELF, availableParallelism());
  return count === 1 ? first : EnginePool.create(count, () => EngineThread.create(name, options), [first]);
}

/** A batch of it ends by itself at its deadline, and only then has its thread come to harm. */
function startRemote(options: EngineThreadOptions): Promise<EngineThread> {
  const { warmTimeout } = withDefaults(options);
  const deadlineMs = options.remote?.deadlineMs ?? 0;
  return EngineThread.create(REMOTE_ENGINE, { ...options, warmTimeout: Math.max(warmTimeout, 2 * deadlineMs) });
}
