import { createRequire } from 'node:module';
import { EmostreamError } from '../common/errors.js';
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

/** Every engine, in order of speed where it runs, and whether it can run here. */
export function listEngines(): EngineStatus[] {
  return ENGINE_NAMES.map((name) => {
    const problem = name === 'wasm' ? wasmProblem() : NOT_YET;
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
  return EngineThread.create(name, options);
}

/** The engine itself, in the calling thread: for the inference thread, and for commands that do nothing else. */
export async function startEngineHere(name: EngineName): Promise<Engine> {
  requireAvailable(name);
  // Imported when needed: the thread that answers sockets never loads TensorFlow.js.
  const { createWasmEngine } = await import('./wasm-backend.js');
  return createWasmEngine();
}

function requireAvailable(name: EngineName): void {
  const status = listEngines().find((engine) => engine.name === name);
  if (status?.available) return;
  const why = status ? `${status.reason} ${status.advice}` : `Known engines: ${ENGINE_NAMES.join(', ')}.`;
  throw new EmostreamError('ENGINE_UNAVAILABLE', `The engine "${name}" cannot run here: ${why}`);
}

interface Problem {
  reason: string;
  advice: string;
}

const NOT_YET: Problem = {
  reason: 'This version of emostream does not have it yet.',
  advice: 'Use --engine wasm, or auto, which takes it.',
};

/** A module with one function that uses a 128-bit constant: valid only where WebAssembly has SIMD. */
const SIMD_MODULE = new Uint8Array([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic, version
  ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00], // type section: one function without parameters and results
  ...[0x03, 0x02, 0x01, 0x00], // function section: it has that type
  ...[0x0a, 0x17, 0x01, 0x15, 0x00], // code section: one body of 21 bytes, no locals
  ...[0xfd, 0x0c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], // v128.const 0
  ...[0x1a, 0x0b], // drop, end
]);

function wasmProblem(): Problem | null {
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
    advice: 'Use Node 22 on x86-64 (SSE 4.1) or ARM64.',
  };
}
