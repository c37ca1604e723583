import type { EngineThread } from './engine-thread.js';
import type { Engine, EngineDevice, EngineInput, EngineMemory, EngineName, Judgement, ModelInfo } from './types.js';

/**
 * Several threads of an engine that uses one core each, behind the same interface. Each call goes to the thread that has the
 * fewest, and to one that is being replaced only where there is no other.
 */
export class EnginePool implements Engine {
  readonly name: EngineName;
  readonly #threads: readonly EngineThread[];
  readonly #busy: Map<EngineThread, number>;

  /**
   * @param first threads that are started already, at most so many; the pool disposes them too
   * @throws what starting a thread throws; then none is left
   */
  static async create(
    count: number,
    start: () => Promise<EngineThread>,
    first: readonly EngineThread[] = [],
  ): Promise<EnginePool> {
    const starting = Array.from({ length: count - first.length }, start);
    const started = await Promise.allSettled([...first.map((thread) => Promise.resolve(thread)), ...starting]);
    const threads = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const failed = started.find((each) => each.status === 'rejected');
    if (!failed) return new EnginePool(threads);
    await Promise.all(threads.map((thread) => thread.dispose()));
    throw failed.reason;
  }

  /** @param threads at least one, of the same engine; the pool disposes them */
  constructor(threads: readonly EngineThread[]) {
    this.name = threads[0]!.name;
    this.#threads = threads;
    this.#busy = new Map(threads.map((thread) => [thread, 0]));
  }

  get device(): EngineDevice {
    return this.#threads[0]!.device;
  }

  get lanes(): number {
    return Math.max(1, this.#threads.filter(({ healthy }) => healthy).length);
  }

  /** Whether any thread works. */
  get healthy(): boolean {
    return this.#threads.some(({ healthy }) => healthy);
  }

  /** Whether none will any more. */
  get hopeless(): boolean {
    return this.#threads.every(({ hopeless }) => hopeless);
  }

  async load(modelDir: string): Promise<ModelInfo> {
    const [info] = await Promise.all(this.#threads.map((thread) => thread.load(modelDir)));
    return info!;
  }

  run(batch: readonly EngineInput[]): Promise<Judgement[]> {
    return this.#give((thread) => thread.run(batch));
  }

  encodeFaces(crops: Uint8Array, count: number): Promise<Float32Array> {
    return this.#give((thread) => thread.encodeFaces(crops, count));
  }

  async warmUp(sizes: readonly number[]): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.warmUp(sizes)));
  }

  async memory(): Promise<EngineMemory> {
    const all = await Promise.all(this.#threads.map((thread) => thread.memory()));
    const sum = (of: keyof EngineMemory): number => all.reduce((total, each) => total + each[of], 0);
    return { tensors: sum('tensors'), bytes: sum('bytes') };
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.dispose()));
  }

  async #give<T>(call: (thread: EngineThread) => Promise<T>): Promise<T> {
    const load = (thread: EngineThread): number => this.#busy.get(thread)! + (thread.healthy ? 0 : Infinity);
    const thread = this.#threads.reduce((best, each) => (load(each) < load(best) ? each : best));
    this.#busy.set(thread, this.#busy.get(thread)! + 1);
    try {
      return await call(thread);
    } finally {
      this.#busy.set(thread, this.#busy.get(thread)! - 1);
    }
  }
}
