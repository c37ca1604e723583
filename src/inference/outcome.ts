import type { WindowFeatures } from '../features/types.js';
import type { BatcherDrop } from './batcher.js';
import type { EmotionScores } from './types.js';

export interface WindowJob {
  room: string;
  participant: string;
  features: WindowFeatures;
  /** Nothing of it will come again: no encoding of it is kept. */
  passing?: boolean;
}

/**
 * Why a window has no scores. `overflow`: the queue's bound. `deadline`: waited too long. `no-answer`: the engine had it, or
 * others before it, for too long. `invalid`: refused at the door. `failed`: the engine failed on it. `cancelled`: its participant is gone.
 * `closed`: the runner is.
 */
export type DropReason = BatcherDrop | 'no-answer' | 'invalid' | 'failed' | 'cancelled' | 'closed';

export type Outcome =
  | { scores: EmotionScores; queueMs: number; inferenceMs: number }
  | { dropped: 'overloaded' | 'engine-failed' | 'invalid'; reason: DropReason };

/** What is said of it. */
export const DROPPED: Record<DropReason, 'overloaded' | 'engine-failed' | 'invalid'> = {
  overflow: 'overloaded',
  deadline: 'overloaded',
  'no-answer': 'engine-failed',
  invalid: 'invalid',
  failed: 'engine-failed',
  cancelled: 'engine-failed',
  closed: 'engine-failed',
};
