import type { Meter } from '../common/metrics.js';
import type { AlignedWindow } from './types.js';

export interface AlignerOptions {
  meter: Meter;
  /** Windows begin so long after whole seconds, ms, 0..999: see src/analysis/window-phases.ts. Default 0. */
  phaseMs?: number;
  /** How long after its end a window waits for late media, ms. Default 150. */
  allowedLatenessMs?: number;
  /** Words this late still revise their window, ms. Default 10 000; 0: never. */
  wordsRevisionHorizonMs?: number;
  /** Length of the trailing sound of a window, ms. Default 3000. */
  audioWindowMs?: number;
  /** Length of the trailing words of a window, ms. Default 8000. */
  wordsWindowMs?: number;
  /** A track without media for longer than this holds no window back, ms. Default 1000. */
  stallMs?: number;
}

export interface AlignerOutput<F, A> {
  /** Closed windows in order of time, then revisions of earlier ones. */
  windows: AlignedWindow<F, A>[];
  /** Windows in [startMs, endMs) that will never come, because nobody called `advance` in time. */
  skipped: { startMs: number; endMs: number } | null;
}
