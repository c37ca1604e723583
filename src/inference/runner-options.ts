import type { Engine } from './types.js';

/** What of an engine is used for batches. */
export type RunnerEngine = Pick<Engine, 'run' | 'encodeFaces' | 'lanes' | 'memory'>;

export interface BatchRunnerOptions {
  /** Most windows in a batch, and most face crops in one that is encoded early. */
  maxBatch: number;
  /** Longest a window waits for its batch to fill, ms. */
  maxQueueDelay: number;
  /** A window not judged this long after it closed, ms, is given up, also while the engine has it. */
  inferenceDeadline: number;
  /** Most windows waiting; twice as many face crops. */
  inferenceQueue: number;
  /** How late words may revise a window, ms: so long its encodings are kept. */
  wordsRevisionHorizon: number;
  /**
   * Batch sizes to pad to, ascending, for engines that compile a program for every new shape; they should be the sizes
   * warmed up, and the last one maxBatch. None: batches run at the size they have, as suits WebAssembly.
   */
  padTo?: readonly number[];
}
