import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from 'pino';
import { toEmostreamError } from './errors.js';
import type { Meter } from './metrics.js';

/** What is closed for an error that nobody expected. */
export type Compartment = 'participant' | 'room' | 'connection' | 'process' | 'nothing';

export interface BulkheadDeps {
  meter: Meter;
  logger: Pick<Logger, 'error'>;
  /** Closes what the compartment holds; may be called more than once. Without it the error is counted, nothing more. */
  close?: () => void;
}

const current = new AsyncLocalStorage<Bulkhead>();

/**
 * Keeps an error that nobody expected in the compartment where it happened: a participant's, a room's or a connection's
 * callbacks run inside it, and when one throws, it is counted, that participant, room or connection is closed, and the rest
 * goes on. What such a callback starts (timers, promises) belongs to it too: the process asks `Bulkhead.current()` whose an
 * uncaught error was.
 */
export class Bulkhead {
  readonly compartment: Compartment;
  readonly #deps: BulkheadDeps;

  constructor(compartment: Compartment, deps: BulkheadDeps) {
    this.compartment = compartment;
    this.#deps = deps;
  }

  /** The one that the running callback belongs to. */
  static current(): Bulkhead | undefined {
    return current.getStore();
  }

  /** Runs `task` as belonging to this; what it throws is the caller's. */
  run<T>(task: () => T): T {
    return current.run(this, task);
  }

  /** A callback that never throws: for listeners, timers and observers. */
  readonly wrap = <A extends unknown[]>(callback: (...args: A) => unknown): ((...args: A) => void) => {
    return (...args) => this.attempt(() => callback(...args));
  };

  /** Runs `task`, also one that returns a promise; what it throws or rejects with ends here. */
  attempt(task: () => unknown): void {
    current.run(this, () => {
      try {
        const result = task();
        if (result instanceof Promise) this.settle(result);
      } catch (error) {
        this.fail(error);
      }
    });
  }

  /** A promise that nobody awaits. */
  settle(promise: Promise<unknown>): void {
    promise.catch((error: unknown) => this.fail(error));
  }

  /** Does every step, whatever the others throw: closing is whole. */
  steps(...steps: (() => void)[]): void {
    for (const step of steps) {
      try {
        step();
      } catch (error) {
        this.#report(error, 'nothing');
      }
    }
  }

  /** Counts the error and closes what it belongs to. Never throws. */
  fail(error: unknown): void {
    const { close } = this.#deps;
    this.#report(error, close ? this.compartment : 'nothing');
    if (close) this.steps(close);
  }

  #report(error: unknown, closed: Compartment): void {
    const { meter, logger } = this.#deps;
    try {
      meter.count('emostream_uncaught_total', { closed });
      meter.count('emostream_errors_total', { code: toEmostreamError(error).code });
      logger.error({ err: error, closed }, 'an error that nobody expected');
    } catch {
      // Telling must not be what ends it.
    }
  }
}
