const threadCpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/**
 * A stretch of work between two looks at what else there is: so much of the processor, ms. On a machine where a thread waits for a
 * processor most of the time, a stretch of mere time is over with the first wait, and hardly anything gets done in it.
 */
export class WorkSlice {
  readonly #timeMs = performance.now();
  readonly #cpuMs = threadCpuMs();

  /** @param mostMs it is over after so long in any case */
  constructor(
    private readonly sliceMs: number,
    private readonly mostMs: number,
  ) {}

  get isOver(): boolean {
    const elapsedMs = performance.now() - this.#timeMs;
    if (elapsedMs < this.sliceMs) return false;
    return elapsedMs >= this.mostMs || threadCpuMs() - this.#cpuMs >= this.sliceMs;
  }
}
