import { REMOTE_ENGINE } from '../common/engine-names.js';
import { requireAvailable } from './available-engines.js';
import type { OnnxProviderChoice } from './onnx/providers.js';
import type { RemoteOptions } from './triton-backend.js';
import type { TritonSurroundings } from './triton/triton-engine.js';
import type { Engine, EngineName } from './types.js';

export interface EngineHereOptions {
  /** What ONNX Runtime computes by. */
  onnxProvider?: OnnxProviderChoice;
  /** What the engine triton asks. */
  remote?: RemoteOptions | null;
  /** Of the engine triton. */
  surroundings?: TritonSurroundings;
}

/** The engine itself, in the calling thread: for the inference thread, and for commands that do nothing else. */
export async function startEngineHere(name: EngineName, options: EngineHereOptions = {}): Promise<Engine> {
  if (name !== REMOTE_ENGINE) requireAvailable(name);
  return STARTERS[name](options);
}

// Imported when needed: the thread that answers sockets never loads TensorFlow.js.
const STARTERS: Record<EngineName, (options: EngineHereOptions) => Promise<Engine>> = {
  'tensorflow-gpu': async () => (await import('./tensorflow-backend.js')).createTensorflowEngine('tensorflow-gpu'),
  webgpu: async () => (await import('./webgpu-backend.js')).createWebgpuEngine(),
  onnx: async ({ onnxProvider }) => (await import('./onnx-backend.js')).createOnnxEngine(onnxProvider),
  tensorflow: async () => (await import('./tensorflow-backend.js')).createTensorflowEngine('tensorflow'),
  triton: async ({ remote, surroundings = {} }) => {
    const { createTritonEngine } = await import('./triton-backend.js');
    return createTritonEngine(remote ?? { urls: [], deadlineMs: 0 }, surroundings);
  },
  wasm: async () => (await import('./wasm-backend.js')).createWasmEngine(),
};
