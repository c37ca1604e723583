import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Meter } from './metrics.js';

type WithThreadCpu = typeof process & { threadCpuUsage?: () => { user: number; system: number } };

/**
 * Reports CPU time and event-loop delay of the calling thread.
 * `threadCpuUsage` came with Node 22.19; where it is missing, CPU by thread is simply not reported.
 */
export class ThreadVitals {
  readonly #histogram = monitorEventLoopDelay({ resolution: 10 });
  #lastCpu = 0;

  constructor(
    private readonly thread: string,
    private readonly meter: Meter,
  ) {
    this.#histogram.enable();
    this.#lastCpu = threadCpuSeconds();
  }

  report(): void {
    const cpu = threadCpuSeconds();
    if (cpu > this.#lastCpu) {
      this.meter.count('emostream_thread_cpu_seconds_total', { thread: this.thread }, cpu - this.#lastCpu);
    }
    this.#lastCpu = cpu;
    // monitorEventLoopDelay counts its own timer resolution in; what is above it is delay.
    const lag = Math.max(0, this.#histogram.percentile(99) / 1e9 - 0.01);
    this.meter.set('emostream_thread_event_loop_lag_seconds', Number.isFinite(lag) ? lag : 0, { thread: this.thread });
    this.#histogram.reset();
  }

  close(): void {
    this.#histogram.disable();
  }
}

/** CPU time of the calling thread so far; 0 where Node does not tell. */
export function threadCpuSeconds(): number {
  const usage = (process as WithThreadCpu).threadCpuUsage?.();
  return usage ? (usage.user + usage.system) / 1e6 : 0;
}
