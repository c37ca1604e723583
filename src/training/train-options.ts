import type { FitResult } from './fit.js';

export interface TrainOptions {
  /** Folder of `emostream data prepare`. */
  prepared: string;
  seed: number;
  /** The default is the one that made the shipped weights. */
  epochs?: number;
  /** Told each time the weights got better on validation data. */
  onBest?: (best: FitResult) => Promise<void>;
  /** Told each epoch. */
  log: (line: string) => void;
}
