import { requireAvailable } from './available-engines.js';
import { quietenTensorflow } from './engine-install/tensorflow-facts.js';
import { EngineThread, type EngineThreadOptions } from './engine-thread.js';
import type { EngineName } from './types.js';

export type EngineChoice = 'auto' | EngineName;

/** What `auto` takes. */
export const DEFAULT_ENGINE: EngineName = 'wasm';

/**
 * An engine in a thread of its own.
 * @throws EmostreamError ENGINE_UNAVAILABLE with advice, when the one asked for cannot run here: never another in its place.
 */
export async function createEngine(choice: EngineChoice, options: EngineThreadOptions = {}): Promise<EngineThread> {
  const name = choice === 'auto' ? DEFAULT_ENGINE : choice;
  requireAvailable(name);
  // Here too: a thread's own environment is a copy, which native code does not see.
  if (name.startsWith('tensorflow')) quietenTensorflow();
  return EngineThread.create(name, options);
}
