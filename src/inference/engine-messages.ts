import type { ErrorCode } from '../common/errors.js';
import type { Measurement } from '../common/thread-meter.js';
import type { OnnxProviderChoice } from './onnx/providers.js';
import type { RemoteOptions } from './triton-backend.js';
import type { EngineDevice, EngineInput, EngineMemory, EngineName, EngineNews, Judgement, ModelInfo } from './types.js';

/** What the inference thread is started with. */
export interface EngineWorkerData {
  engine: EngineName;
  onnxProvider: OnnxProviderChoice;
  remote: RemoteOptions | null;
}

/** The calls of `Engine`, as messages; for `dispose` see ToEngine. */
export interface EngineCalls {
  load: { argument: string; result: ModelInfo };
  run: { argument: readonly EngineInput[]; result: Judgement[] };
  encodeFaces: { argument: { crops: Uint8Array; count: number }; result: Float32Array };
  warmUp: { argument: readonly number[]; result: undefined };
  memory: { argument: undefined; result: EngineMemory };
}
export type EngineCall = keyof EngineCalls;

export type ToEngine =
  | { [C in EngineCall]: { id: number; call: C; argument: EngineCalls[C]['argument'] } }[EngineCall]
  /** Ends the thread after the calls before it; not answered. Only for threads that must not be terminated. */
  | { call: 'dispose' };

export type FromEngine =
  | { type: 'ready'; device: EngineDevice; lanes: number }
  | { type: 'news'; news: EngineNews }
  /** The engine could not be started in this thread; nothing more comes. */
  | { type: 'refused'; code: ErrorCode; message: string }
  | { type: 'result'; id: number; result: EngineCalls[EngineCall]['result'] }
  | { type: 'failure'; id: number; code: ErrorCode; message: string }
  | { type: 'measurements'; measurements: Measurement[] };
