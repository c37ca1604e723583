import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
// Registers the gradients of the core operations: the core's own entry for Node leaves them out.
import '@tensorflow/tfjs-layers';
import { EmostreamError } from '../common/errors.js';
import { SHARED_CORE } from './engine-install.js';
import { addonFile, engineFolder } from './engine-paths.js';

type BackendConstructor = new (binding: unknown, packageName: string) => tf.KernelBackend;

/**
 * Makes the installed `tensorflow` engine the current backend of this process.
 * @throws EmostreamError ENGINE_UNAVAILABLE when it is not installed or does not load
 */
export async function startTensorflowBackend(folder = engineFolder()): Promise<void> {
  if (!existsSync(addonFile(folder))) {
    const message = 'The tensorflow engine is not installed: run `npx emostream engine install tensorflow`.';
    throw new EmostreamError('ENGINE_UNAVAILABLE', message);
  }
  // TensorFlow's own log would tell the processor's features at every start.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  const require = createRequire(import.meta.url);
  // The kernels are CommonJS and take the same tfjs-core as this module from here (see engine-install.ts).
  (globalThis as Record<symbol, unknown>)[Symbol.for(SHARED_CORE)] = require('@tensorflow/tfjs-core');
  // Deprecated in Node 22 and gone in 23, yet called by the kernels.
  const util = require('node:util') as { isNullOrUndefined: (value: unknown) => boolean };
  util.isNullOrUndefined = (value) => value === null || value === undefined;
  try {
    const kernels = join(folder, 'node_modules', '@tensorflow', 'tfjs-node', 'dist');
    require(join(kernels, 'register_all_kernels.js'));
    const { NodeJSKernelBackend } = require(join(kernels, 'nodejs_kernel_backend.js')) as {
      NodeJSKernelBackend: BackendConstructor;
    };
    const binding: unknown = require(addonFile(folder));
    tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node'), 3);
    if (!(await tf.setBackend('tensorflow'))) throw new Error('setBackend refused');
  } catch (cause) {
    const message = `The tensorflow engine in ${folder} does not load: remove that folder and install it again.`;
    throw new EmostreamError('ENGINE_UNAVAILABLE', message, { cause });
  }
  await tf.ready();
}
