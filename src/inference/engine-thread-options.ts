import { type Clock, systemClock } from '../common/clock.js';
import { silentMeter, type Meter } from '../common/metrics.js';
import { workerUrl } from '../common/worker-url.js';
import type { OnnxProviderChoice } from './onnx/providers.js';
import type { RemoteOptions } from './triton-backend.js';
import type { EngineNews } from './types.js';

export interface EngineThreadOptions {
  meter?: Meter;
  clock?: Clock;
  /** Told each time the thread died and another takes its place. */
  onRestart?: (reason: string) => void;
  /** A thread that does not answer for so long is taken for dead, ms: while it starts, loads, warms up or was never warmed up. */
  callTimeout?: number;
  /** The same for a thread that is warm, ms; one whose warming up took longer for a size has as long as that. */
  warmTimeout?: number;
  /** How long `dispose` waits for a thread that must end by itself, ms. */
  endTimeout?: number;
  /** What ONNX Runtime computes by. */
  onnxProvider?: OnnxProviderChoice;
  /** What the engine triton asks; null: nothing, and it does not start. */
  remote?: RemoteOptions | null;
  /** Told each time that an engine that computes elsewhere stands otherwise. */
  onNews?: (news: EngineNews) => void;
  /** The thread's entry file; another one only in tests. */
  entry?: URL;
}

const CALL_TIMEOUT = 60_000;
/** A batch takes some 20 ms on WebAssembly; a machine that is busy with other things makes it some hundreds. */
const WARM_TIMEOUT = 5000;

const END_TIMEOUT = 10_000;

export function withDefaults(options: EngineThreadOptions): Required<EngineThreadOptions> {
  return {
    meter: silentMeter,
    clock: systemClock,
    onRestart: () => {},
    callTimeout: CALL_TIMEOUT,
    warmTimeout: WARM_TIMEOUT,
    endTimeout: END_TIMEOUT,
    onnxProvider: 'auto',
    remote: null,
    onNews: () => {},
    entry: workerUrl(import.meta.url, './engine-worker.js'),
    ...options,
  };
}
