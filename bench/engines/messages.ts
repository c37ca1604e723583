import type { ModelInput, EmotionScores } from '../../src/inference/types.js';
import type { Case, Pictures } from './cases.js';
import type { Details } from './runners.js';
import type { Subject } from './subjects.js';

export type ToSubject =
  | { type: 'start'; subject: Subject; pictures: Pictures }
  /** Do a case so many times, one after the other. */
  | { type: 'run'; one: Case; times: number }
  | { type: 'judge'; batch: ModelInput[] };

export type FromSubject =
  | { type: 'started' }
  /** Times in ms, each from call to answer. */
  | { type: 'ran'; ms: number[]; details: Details[] }
  | { type: 'judged'; scores: EmotionScores[] }
  | { type: 'failed'; message: string };
