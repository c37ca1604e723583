import type { EmostreamError } from '../common/errors.js';
import type { EngineCall, EngineCalls } from './engine-messages.js';

interface Pending {
  resolve(result: EngineCalls[EngineCall]['result']): void;
  reject(error: EmostreamError): void;
  call: EngineCall;
}

/**
 * The calls that a thread has and has not answered. It carries out one after the other, so the time of each begins when the
 * one before is answered.
 */
export class PendingCalls {
  /** In the order in which they are answered. */
  readonly #pending = new Map<number, Pending>();
  readonly #patience: (call: EngineCall) => number;
  readonly #onSilence: (patienceMs: number) => void;
  #watch: NodeJS.Timeout | undefined;
  #nextId = 1;

  /**
   * @param patience how long the answer to a call may take, ms
   * @param onSilence one took longer
   */
  constructor(patience: (call: EngineCall) => number, onSilence: (patienceMs: number) => void) {
    this.#patience = patience;
    this.#onSilence = onSilence;
  }

  /** @returns the number by which the answer will name it */
  add(pending: Pending): number {
    const id = this.#nextId++;
    this.#pending.set(id, pending);
    if (this.#pending.size === 1) this.#watchOldest();
    return id;
  }

  /** Takes out the call that is answered. */
  answered(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    this.#watchOldest();
    return pending;
  }

  fail(error: () => EmostreamError): void {
    clearTimeout(this.#watch);
    for (const { reject } of this.#pending.values()) reject(error());
    this.#pending.clear();
  }

  #watchOldest(): void {
    clearTimeout(this.#watch);
    const [oldest] = this.#pending.values();
    if (!oldest) return;
    const patienceMs = this.#patience(oldest.call);
    this.#watch = setTimeout(() => this.#onSilence(patienceMs), patienceMs);
  }
}
