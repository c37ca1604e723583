import { requireAvailable } from './available-engines.js';
import type { Engine, EngineName } from './types.js';

/** The engine itself, in the calling thread: for the inference thread, and for commands that do nothing else. */
export async function startEngineHere(name: EngineName): Promise<Engine> {
  requireAvailable(name);
  return STARTERS[name]();
}

// Imported when needed: the thread that answers sockets never loads TensorFlow.js.
const STARTERS: Record<EngineName, () => Promise<Engine>> = {
  'tensorflow-gpu': async () => (await import('./tensorflow-backend.js')).createTensorflowEngine('tensorflow-gpu'),
  webgpu: async () => (await import('./webgpu-backend.js')).createWebgpuEngine(),
  tensorflow: async () => (await import('./tensorflow-backend.js')).createTensorflowEngine('tensorflow'),
  wasm: async () => (await import('./wasm-backend.js')).createWasmEngine(),
};
