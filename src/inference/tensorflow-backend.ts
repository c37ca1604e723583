import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { EmostreamError, firstLine } from '../common/errors.js';
import { GPU_NEEDS, quietenTensorflow } from './engine-install/tensorflow-facts.js';
import { engineFolder, tensorflowBeside, tensorflowFiles } from './engine-install/paths.js';
import { cudaProblem } from './engine-problems.js';
import { shareCore } from './engine-install/shared-core.js';
import { nvidiaName } from './nvidia.js';
import { TfjsEngine } from './tfjs-engine.js';
import type { Engine } from './types.js';

interface NodeBackend extends tf.KernelBackend {
  readonly isUsingGpuDevice: boolean;
}
type BackendConstructor = new (binding: unknown, packageName: string) => NodeBackend;

/**
 * Makes an installed TensorFlow engine the current backend of this thread: the package beside the product, if there is one, else what
 * `engine install` brought.
 * @param folder where it brings it
 * @throws EmostreamError ENGINE_UNAVAILABLE when it is not installed or does not load
 */
export async function startTensorflowBackend(folder = engineFolder('tensorflow'), gpu = false): Promise<void> {
  const engine = gpu ? 'tensorflow-gpu' : 'tensorflow';
  const files = tensorflowBeside(engine) ?? tensorflowFiles(folder);
  if (!existsSync(files.addon)) {
    const message = `The ${engine} engine is not installed: run \`npx emostream engine install ${engine}\`.`;
    throw new EmostreamError('ENGINE_UNAVAILABLE', message);
  }
  quietenTensorflow();
  const require = createRequire(import.meta.url);
  shareCore();
  // Deprecated in Node 22 and gone in 23, yet called by the kernels.
  const util = require('node:util') as Record<string, (value: unknown) => boolean>;
  util['isNullOrUndefined'] = (value) => value === null || value === undefined;
  util['isArray'] = Array.isArray;
  let backend: NodeBackend | undefined;
  try {
    require(join(files.kernels, 'register_all_kernels.js'));
    const { NodeJSKernelBackend } = require(join(files.kernels, 'nodejs_kernel_backend.js')) as {
      NodeJSKernelBackend: BackendConstructor;
    };
    const binding: unknown = require(files.addon);
    const packageName = gpu ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
    tf.registerBackend('tensorflow', () => (backend = new NodeJSKernelBackend(binding, packageName)), 3);
    if (!(await tf.setBackend('tensorflow'))) throw new Error('setBackend refused');
  } catch (cause) {
    const message = `The ${engine} engine (${files.addon}) does not load (${firstLine(cause)}): remove it and install it again.`;
    throw new EmostreamError('ENGINE_UNAVAILABLE', message, { cause });
  }
  await tf.ready();
  if (gpu && !backend?.isUsingGpuDevice) {
    const problem = cudaProblem(folder);
    const why = problem ? `${problem.reason} ${problem.advice}` : GPU_NEEDS;
    throw new EmostreamError('ENGINE_UNAVAILABLE', `TensorFlow finds no GPU that it can use. ${why}`);
  }
}

/**
 * TensorFlow's own kernels, on the CPU with its own threads or on an NVIDIA GPU.
 * @throws EmostreamError ENGINE_UNAVAILABLE when it cannot start, or is to use a GPU and finds none
 */
export async function createTensorflowEngine(name: 'tensorflow' | 'tensorflow-gpu'): Promise<Engine> {
  await startTensorflowBackend(engineFolder(name), name === 'tensorflow-gpu');
  return name === 'tensorflow' ? new TfjsEngine(name) : new TfjsEngine(name, { kind: 'gpu', name: nvidiaName() });
}
