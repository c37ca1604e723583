import { setImmediate as nextTurn } from 'node:timers/promises';
import type { WindowOutcome, WindowRunner } from '../analysis/window-publisher.js';
import { validateInput } from '../inference/network/validate-input.js';
import type { Engine, EngineInput } from '../inference/types.js';
import type { WindowFeatures } from '../features/types.js';

/** Windows judged together: an engine does more of them in the same time, and few of them wait. */
export const BATCH = 8;

/** Fills the last batch: also engines that prepare themselves for a size see one only. */
const NOBODY: EngineInput = { face: null, voice: null, words: null };

interface Waiting {
  features: WindowFeatures;
  submittedMs: number;
  settle(outcome: WindowOutcome): void;
}

/**
 * Judges windows in batches of one size, in the order in which they come: which windows are in a batch together may show in the last
 * digits, and here depends on nothing but the recording. Nothing is late, and nothing dropped.
 */
export class FixedBatches implements WindowRunner {
  readonly #engine: Pick<Engine, 'run'>;
  #waiting: Waiting[] = [];
  /** Faces that are judged by themselves, of the windows that wait. */
  #lone: Waiting[] = [];
  /** All batches so far are settled, in order. */
  #settled: Promise<void> = Promise.resolve();
  /** What an engine failed with, if it did. */
  failure: unknown = null;
  /** How long the engine had something to do, seconds. */
  seconds = 0;
  /** Batches that it has, and since when it has any. */
  #inEngine = 0;
  #busySince = 0;

  constructor(engine: Pick<Engine, 'run'>) {
    this.#engine = engine;
  }

  /** Crops of a recording come with their window. */
  crop(): void {}

  /** @param window `passing` ones go with the window that comes after them, in batches of their own */
  submit({ features, passing }: { features: WindowFeatures; passing?: boolean }): Promise<WindowOutcome> {
    return new Promise((settle) => {
      (passing ? this.#lone : this.#waiting).push({ features, submittedMs: performance.now(), settle });
      if (this.#waiting.length === BATCH) this.#judge();
    });
  }

  cancel(): void {}

  /**
   * Resolves when all is judged.
   * @param rest also what is no full batch; else it is forgotten: whoever goes on later has it in a full one
   */
  async settle(rest: boolean): Promise<void> {
    if (rest && this.#waiting.length > 0) this.#judge();
    this.#waiting = [];
    this.#lone = [];
    await this.#settled;
  }

  #judge(): void {
    const [windows, lone] = [this.#waiting, this.#lone];
    this.#waiting = [];
    this.#lone = [];
    // Which faces are in a batch together depends on nothing but the windows of one batch.
    for (let at = 0; at < lone.length; at += BATCH) this.#hand(lone.slice(at, at + BATCH));
    this.#hand(windows);
  }

  #hand(batch: readonly Waiting[]): void {
    const judged = this.#run(batch);
    this.#settled = this.#settled
      .then(() => judged)
      .then(async (outcomes) => {
        for (const [i, { settle }] of batch.entries()) {
          settle(outcomes[i]!);
          // A window with several faces becomes an event some promises later than one without: none may overtake it.
          await nextTurn();
        }
      });
  }

  async #run(batch: readonly Waiting[]): Promise<WindowOutcome[]> {
    const from = performance.now();
    try {
      for (const { features } of batch) validateInput(features);
      const inputs: EngineInput[] = batch.map(({ features }) => features);
      while (inputs.length < BATCH) inputs.push(NOBODY);
      const judgements = await this.#inEngineFor(() => this.#engine.run(inputs));
      const inferenceMs = performance.now() - from;
      return batch.map(({ submittedMs }, i) => ({
        scores: judgements[i]!.scores,
        queueMs: from - submittedMs,
        inferenceMs,
      }));
    } catch (error) {
      this.failure ??= error;
      return batch.map(() => ({ dropped: 'engine-failed' as const }));
    }
  }

  async #inEngineFor<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inEngine++ === 0) this.#busySince = performance.now();
    try {
      return await work();
    } finally {
      if (--this.#inEngine === 0) this.seconds += (performance.now() - this.#busySince) / 1000;
    }
  }
}
