import type { Logger } from 'pino';
import type { Bulkhead } from '../common/bulkhead.js';
import { scheduleTimeout } from '../common/schedule.js';
import type { AnalysisProcess } from './analysis-process.js';

/** After a process that could not be started, ms. */
const RETRY_MS = 1000;

/**
 * Keeps one analysis process that has loaded its models and waits: who takes it works within milliseconds, where a start takes a
 * second or more on a busy machine.
 */
export class Standby {
  readonly #start: (signal: AbortSignal) => Promise<AnalysisProcess>;
  readonly #deps: { bulkhead: Bulkhead; logger: Logger };
  readonly #waiting: ((process: AnalysisProcess) => void)[] = [];
  #ready: AnalysisProcess | null = null;
  #starting: Promise<void> | null = null;
  #cancelRetry: (() => void) | undefined;
  readonly #ending = new AbortController();
  #closed = false;

  /** @param start ends the process that it starts when the signal says so before it is ready */
  constructor(start: (signal: AbortSignal) => Promise<AnalysisProcess>, deps: { bulkhead: Bulkhead; logger: Logger }) {
    this.#start = start;
    this.#deps = deps;
  }

  /** Starts one unless there is one. */
  prepare(): void {
    if (this.#closed || this.#starting || this.#ready?.alive) return;
    this.#starting = this.#begin().then((retryMs) => {
      this.#starting = null;
      if (this.#closed || (this.#ready && this.#waiting.length === 0)) return;
      this.#cancelRetry = scheduleTimeout(retryMs, () => this.prepare());
    });
  }

  /** The one that waits, if there is one; another is started in its place. */
  take(): AnalysisProcess | null {
    const ready = this.#ready?.alive ? this.#ready : null;
    this.#ready = null;
    this.prepare();
    return ready;
  }

  /** The one that waits, or the next to be ready. */
  next(then: (process: AnalysisProcess) => void): void {
    const ready = this.take();
    if (ready) then(ready);
    else this.#waiting.push(then);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry?.();
    this.#waiting.length = 0;
    this.#ending.abort();
    await this.#starting;
    await this.#ready?.close();
  }

  /** Never rejects. @returns how long to wait before another is started, if one is needed, ms */
  async #begin(): Promise<number> {
    try {
      const process = await this.#start(this.#ending.signal);
      const first = this.#waiting.shift();
      if (this.#closed) await process.close();
      else if (first) this.#deps.bulkhead.attempt(() => first(process));
      else this.#keep(process);
      return 0;
    } catch (error) {
      if (!this.#closed) this.#deps.logger.fatal({ err: error }, 'an analysis process cannot be started; trying again');
      return RETRY_MS;
    }
  }

  /** One that dies while it waits is replaced, or the next death would have to wait for a start. */
  #keep(process: AnalysisProcess): void {
    this.#ready = process;
    process.wait(() => {
      if (this.#ready !== process) return;
      this.#ready = null;
      this.#cancelRetry?.();
      this.#cancelRetry = scheduleTimeout(RETRY_MS, () => this.prepare());
    });
  }
}
