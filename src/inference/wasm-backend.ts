import { useWasmBackend } from '../common/tfjs-wasm.js';
import { TfjsEngine } from './tfjs-engine.js';
import type { Engine } from './types.js';

/**
 * The embedded engine: WebAssembly with SIMD, one thread. It uses the TensorFlow.js of the thread it is made in, which
 * keeps this backend.
 * @throws EmostreamError ENGINE_UNAVAILABLE when the backend cannot start
 */
export async function createWasmEngine(): Promise<Engine> {
  await useWasmBackend();
  return new TfjsEngine('wasm');
}
