import { createRequire } from 'node:module';
import { join } from 'node:path';
import { EmostreamError, firstLine } from '../errors.js';
import { forbidTelemetry } from './no-telemetry.js';

/** What is used of onnxruntime-node (https://onnxruntime.ai/docs/api/js), which is no dependency: see install.ts. */
export interface OnnxTensor {
  data: Float32Array | Int32Array | BigInt64Array;
  dims: readonly number[];
}
export interface OnnxSession {
  inputNames: readonly string[];
  outputNames: readonly string[];
  /** Computes in the calling thread, which stands still meanwhile, although it answers a promise. */
  run(feeds: Record<string, OnnxTensor>): Promise<Record<string, OnnxTensor>>;
  release(): Promise<void>;
}
export interface OnnxRuntime {
  /** What this build can compute by; `bundled`: all that it takes for that is in its package, but for drivers. */
  listSupportedBackends(): { name: string; bundled: boolean }[];
  InferenceSession: { create(model: Uint8Array | string, options: object): Promise<OnnxSession> };
  Tensor: new (
    type: 'float32' | 'int32' | 'int64',
    data: Float32Array | Int32Array | BigInt64Array,
    dims: readonly number[],
  ) => OnnxTensor;
}

/**
 * Its telemetry is off (no-telemetry.ts).
 * @param folder whose node_modules holds onnxruntime-node
 * @throws EmostreamError ENGINE_UNAVAILABLE: it does not load there, and why; INTERNAL in a thread whose telemetry cannot be forbidden
 */
export function loadOnnxRuntime(folder: string): OnnxRuntime {
  forbidTelemetry();
  try {
    return createRequire(join(folder, 'package.json'))('onnxruntime-node') as OnnxRuntime;
  } catch (cause) {
    const why = firstLine(cause).replace(/\.$/u, '');
    const message = `ONNX Runtime does not load out of ${folder} (on Linux it needs glibc): ${why}.`;
    throw new EmostreamError('ENGINE_UNAVAILABLE', message, { cause });
  }
}
