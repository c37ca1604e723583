import { EmostreamError } from '../common/errors.js';
import { quietenTensorflow } from './engine-install/tensorflow-facts.js';
import { engineProblems } from './engine-problems.js';
import { EngineThread, type EngineThreadOptions } from './engine-thread.js';
import { ENGINE_NAMES, type Engine, type EngineName } from './types.js';

export type EngineChoice = 'auto' | EngineName;

/** What `auto` takes. */
export const DEFAULT_ENGINE: EngineName = 'wasm';

export interface EngineStatus {
  name: EngineName;
  /** One sentence: what it is. */
  description: string;
  available: boolean;
  /** Why it cannot run here; empty when it can. */
  reason: string;
  /** How to get it; empty when it is there. */
  advice: string;
}

const DESCRIPTIONS: Record<EngineName, string> = {
  'tensorflow-gpu': 'TensorFlow on an NVIDIA GPU (@tensorflow/tfjs-node-gpu, CUDA)',
  webgpu: 'WebGPU on any GPU with Vulkan, Metal or D3D12 (@tensorflow/tfjs-backend-webgpu on Dawn)',
  tensorflow: 'TensorFlow on the CPU (@tensorflow/tfjs-node)',
  wasm: 'WebAssembly with SIMD, embedded (@tensorflow/tfjs-backend-wasm)',
};

/**
 * Every engine, in order of speed where it runs, and whether it can run here as far as that shows without starting it: a GPU
 * that is missing or cannot be used is found at the start.
 */
export function listEngines(): EngineStatus[] {
  return ENGINE_NAMES.map((name) => {
    const problem = engineProblems[name]();
    return {
      name,
      description: DESCRIPTIONS[name],
      available: problem === null,
      reason: problem?.reason ?? '',
      advice: problem?.advice ?? '',
    };
  });
}

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

function requireAvailable(name: EngineName): void {
  const status = listEngines().find((engine) => engine.name === name);
  if (status?.available) return;
  const why = status ? `${status.reason} ${status.advice}` : `Known engines: ${ENGINE_NAMES.join(', ')}.`;
  throw new EmostreamError('ENGINE_UNAVAILABLE', `The engine "${name}" cannot run here: ${why}`);
}
