import type { Bulkhead } from '../../common/bulkhead.js';

/** What one session does later, and not once it has ended. */
export class Timers {
  readonly #running = new Set<NodeJS.Timeout>();
  #closed = false;

  constructor(private readonly bulkhead: Bulkhead) {}

  /** @returns what cancels it */
  later(delayMs: number, task: () => void): () => void {
    if (this.#closed) return () => undefined;
    const timer = setTimeout(
      this.bulkhead.wrap(() => {
        this.#running.delete(timer);
        task();
      }),
      delayMs,
    );
    this.#running.add(timer);
    return () => {
      clearTimeout(timer);
      this.#running.delete(timer);
    };
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#running) clearTimeout(timer);
    this.#running.clear();
  }
}
