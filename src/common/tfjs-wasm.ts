import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { EmostreamError } from './errors.js';

let ready: Promise<void> | undefined;

/**
 * Makes the WebAssembly backend the one of this thread, once; its files come from the npm package, never from a network.
 * @throws EmostreamError ENGINE_UNAVAILABLE when the backend cannot start.
 */
export function useWasmBackend(): Promise<void> {
  ready ??= start().catch((cause: unknown) => {
    ready = undefined;
    throw new EmostreamError(
      'ENGINE_UNAVAILABLE',
      'The WebAssembly backend of TensorFlow.js did not start. Run `npm ci` again; it must leave tfjs-backend-wasm*.wasm in node_modules.',
      { cause },
    );
  });
  return ready;
}

async function start(): Promise<void> {
  if (tf.getBackend() !== 'wasm') {
    const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(dirname(entry) + sep);
  }
  if (!(await tf.setBackend('wasm'))) throw new Error('tf.setBackend answered false');
  await tf.ready();
}
