import type { Meter } from '../common/metrics.js';

/** The part of a mediasoup worker that is asked here. */
interface MeasuredWorker {
  pid: number;
  getResourceUsage(): Promise<{ ru_utime: number; ru_stime: number }>;
}

/** CPU time of the mediasoup processes, asked when Prometheus comes by. */
export class WorkerUsage {
  /** Seconds seen so far, by process; processes that are gone are forgotten. */
  #seen = new Map<number, number>();

  constructor(private readonly meter: Meter) {}

  async report(workers: readonly MeasuredWorker[]): Promise<void> {
    const now = new Map<number, number>();
    await Promise.all(
      workers.map(async (worker) => {
        try {
          // mediasoup gives milliseconds (uv_getrusage, its libuv wrapper's unit).
          const { ru_utime, ru_stime } = await worker.getResourceUsage();
          const seconds = (ru_utime + ru_stime) / 1000;
          now.set(worker.pid, seconds);
          const before = this.#seen.get(worker.pid) ?? 0;
          if (seconds > before) {
            this.meter.count('emostream_thread_cpu_seconds_total', { thread: 'mediasoup' }, seconds - before);
          }
        } catch {
          // It died between the list and the question; the pool counts that.
        }
      }),
    );
    this.#seen = now;
  }
}
