import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { EmostreamError } from '../common/errors.js';
import { TfjsEngine } from './tfjs-engine.js';
import type { Engine } from './types.js';

/** Makes the WebAssembly backend (SIMD, one thread) the current one of this thread; its files come with its package. */
export async function startWasmBackend(): Promise<void> {
  const packageFile = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json');
  // The binaries lie in the package's dist folder; a trailing separator is required by setWasmPaths.
  setWasmPaths(join(dirname(packageFile), 'dist', '/'));
  const started = await tf.setBackend('wasm').catch(() => false);
  if (!started) {
    const advice = 'Install the packages again (npm ci) and use a CPU with SIMD.';
    throw new EmostreamError('ENGINE_UNAVAILABLE', `The TensorFlow.js WebAssembly backend did not start. ${advice}`);
  }
  await tf.ready();
}

/** The embedded engine. One per thread: it uses the thread's TensorFlow.js. */
export async function createWasmEngine(): Promise<Engine> {
  await startWasmBackend();
  return new TfjsEngine('wasm');
}
