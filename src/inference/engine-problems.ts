import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { loaderFinds } from '../common/install/shared-library.js';
import { DRIVER_LIBRARY, missingCudaLibraries } from './engine-install/cuda-libraries.js';
import { hasOnnxRuntime } from '../common/onnx/install.js';
import {
  addonFile,
  engineFolder,
  tensorflowBeside,
  webgpuBeside,
  webgpuFiles,
  type InstallableEngine,
} from './engine-install/paths.js';
import { GPU_NEEDS } from './engine-install/tensorflow-facts.js';
import { hasNvidiaDriver } from './nvidia.js';
import type { LocalEngineName } from '../common/engine-names.js';

export interface EngineProblem {
  /** Why it cannot run here. */
  reason: string;
  /** How to get it. */
  advice: string;
}

/** What can be seen without starting an engine; null when nothing stands in the way. */
export const engineProblems: Record<LocalEngineName, () => EngineProblem | null> = {
  'tensorflow-gpu': tensorflowGpuProblem,
  webgpu: webgpuProblem,
  onnx: () => (hasOnnxRuntime() ? null : notInstalled('onnx')),
  tensorflow: () =>
    tensorflowBeside('tensorflow') ? null : notInstalled('tensorflow', addonFile(engineFolder('tensorflow'))),
  wasm: wasmProblem,
};

function notInstalled(engine: InstallableEngine, file?: string, further = ''): EngineProblem | null {
  if (file !== undefined && existsSync(file)) return null;
  const advice = `Run \`npx emostream engine install ${engine}\`.${further && ` ${further}`}`;
  return { reason: 'It is not installed.', advice };
}

function tensorflowGpuProblem(): EngineProblem | null {
  if (!hasNvidiaDriver()) {
    const advice = `On a machine with one, run \`npx emostream engine install tensorflow-gpu\`. ${GPU_NEEDS}`;
    return { reason: 'There is no NVIDIA GPU here.', advice };
  }
  // Its user has seen to CUDA, too.
  if (tensorflowBeside('tensorflow-gpu')) return null;
  const folder = engineFolder('tensorflow-gpu');
  return notInstalled('tensorflow-gpu', addonFile(folder), GPU_NEEDS) ?? cudaProblem(folder);
}

/** What would keep TensorFlow from the GPU that is there. */
export function cudaProblem(folder: string): EngineProblem | null {
  if (!loaderFinds(DRIVER_LIBRARY)) {
    return {
      reason: `The driver’s ${DRIVER_LIBRARY} is missing.`,
      advice: 'Install the NVIDIA driver (525 or newer); in a container, give it the GPU with its driver’s libraries.',
    };
  }
  const missing = missingCudaLibraries(folder);
  if (missing.length === 0) return null;
  const advice = `Remove ${folder} and run \`npx emostream engine install tensorflow-gpu\`, which brings them.`;
  return { reason: `${missing.join(', ')} cannot be found.`, advice };
}

function webgpuProblem(): EngineProblem | null {
  const missing = webgpuBeside() ? null : notInstalled('webgpu', webgpuFiles(engineFolder('webgpu')).backend);
  if (missing) return missing;
  if (process.platform !== 'linux' || loaderFinds('libvulkan.so.1')) return null;
  return {
    reason: 'The Vulkan loader, libvulkan.so.1, is missing.',
    advice: 'Install it (Debian: apt-get install libvulkan1), and the driver of the GPU with its Vulkan part.',
  };
}

/** A module with one function that uses a 128-bit constant: valid only where WebAssembly has SIMD. */
const SIMD_MODULE = new Uint8Array([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic, version
  ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00], // type section: one function without parameters and results
  ...[0x03, 0x02, 0x01, 0x00], // function section: it has that type
  ...[0x0a, 0x17, 0x01, 0x15, 0x00], // code section: one body of 21 bytes, no locals
  ...[0xfd, 0x0c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], // v128.const 0
  ...[0x1a, 0x0b], // drop, end
]);

function wasmProblem(): EngineProblem | null {
  try {
    createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  } catch {
    return { reason: 'The package @tensorflow/tfjs-backend-wasm is missing.', advice: 'Run `npm ci`.' };
  }
  // Node's types leave WebAssembly to the browser's.
  const { WebAssembly } = globalThis as unknown as { WebAssembly?: { validate(module: Uint8Array): boolean } };
  if (WebAssembly?.validate(SIMD_MODULE)) return null;
  return {
    reason: 'This CPU or Node has no SIMD in WebAssembly.',
    advice: 'Use Node 22 or newer on x86-64 (SSE 4.1) or ARM64.',
  };
}
