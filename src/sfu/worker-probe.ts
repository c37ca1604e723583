export interface WorkerProbeDeps<W> {
  /** A small request that a worker in good health answers at once. */
  ask: (worker: W) => Promise<unknown>;
  /** It does not answer, or answers nonsense. */
  onSick: (worker: W, reason: string) => void;
  /** Longest time to an answer, ms. */
  patienceMs: number;
}

/**
 * Finds workers that run and yet are of no use: hung, or with a request builder that a throw left in the middle of an
 * object, so that no room of theirs can ask for anything any more. One question at a time for each worker, however often
 * it comes under suspicion.
 */
export class WorkerProbe<W extends object> {
  readonly #deps: WorkerProbeDeps<W>;
  readonly #asked = new WeakMap<W, Promise<void>>();

  constructor(deps: WorkerProbeDeps<W>) {
    this.#deps = deps;
  }

  /** Resolves when it is known how the worker is; never rejects. */
  check(worker: W): Promise<void> {
    const running = this.#asked.get(worker);
    if (running) return running;
    const check = this.#check(worker).finally(() => this.#asked.delete(worker));
    this.#asked.set(worker, check);
    return check;
  }

  async #check(worker: W): Promise<void> {
    const { ask, onSick, patienceMs } = this.#deps;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`no answer within ${patienceMs} ms`), patienceMs);
      timer.unref();
    });
    const answer = ask(worker).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    const reason = await Promise.race([answer, late]);
    clearTimeout(timer);
    if (reason !== undefined) onSick(worker, reason);
  }
}
