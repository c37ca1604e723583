import { requireAvailable } from './available-engines.js';
import type { OnnxProviderChoice } from './onnx/providers.js';
import type { Engine, EngineName } from './types.js';

export interface EngineHereOptions {
  /** What ONNX Runtime computes by. */
  onnxProvider?: OnnxProviderChoice;
}

/** The engine itself, in the calling thread: for the inference thread, and for commands that do nothing else. */
export async function startEngineHere(name: EngineName, options: EngineHereOptions = {}): Promise<Engine> {
  requireAvailable(name);
  return STARTERS[name](options);
}

// Imported when needed: the thread that answers sockets never loads TensorFlow.js.
const STARTERS: Record<EngineName, (options: EngineHereOptions) => Promise<Engine>> = {
  'tensorflow-gpu': async () => (await import('./tensorflow-backend.js')).createTensorflowEngine('tensorflow-gpu'),
  webgpu: async () => (await import('./webgpu-backend.js')).createWebgpuEngine(),
  onnx: async ({ onnxProvider }) => (await import('./onnx-backend.js')).createOnnxEngine(onnxProvider),
  tensorflow: async () => (await import('./tensorflow-backend.js')).createTensorflowEngine('tensorflow'),
  wasm: async () => (await import('./wasm-backend.js')).createWasmEngine(),
};
