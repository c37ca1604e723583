import { EmostreamError } from '../common/errors.js';
import { engineProblems } from './engine-problems.js';
import type { LocalEngineName } from '../common/engine-names.js';
import { ENGINE_NAMES, type EngineName } from './types.js';

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

const DESCRIPTIONS: Record<LocalEngineName, string> = {
  'tensorflow-gpu': 'TensorFlow on an NVIDIA GPU (@tensorflow/tfjs-node-gpu, CUDA)',
  webgpu: 'WebGPU on any GPU with Vulkan, Metal or D3D12 (@tensorflow/tfjs-backend-webgpu on Dawn)',
  onnx: 'ONNX Runtime on the CPU, or on an NVIDIA GPU where it has CUDA (onnxruntime-node)',
  tensorflow: 'TensorFlow on the CPU (@tensorflow/tfjs-node)',
  wasm: 'WebAssembly with SIMD, embedded (@tensorflow/tfjs-backend-wasm)',
};

/**
 * Every engine of this machine, in order of speed where it runs, and whether it can run here as far as that shows without starting it: a GPU
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

/** @throws EmostreamError ENGINE_UNAVAILABLE with advice */
export function requireAvailable(name: EngineName): void {
  const status = listEngines().find((engine) => engine.name === name);
  if (status?.available) return;
  const why = status ? `${status.reason} ${status.advice}` : `Known engines: ${ENGINE_NAMES.join(', ')}.`;
  throw new EmostreamError('ENGINE_UNAVAILABLE', `The engine "${name}" cannot run here: ${why}`);
}
