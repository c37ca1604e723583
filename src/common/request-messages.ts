import type { Measurement } from './thread-meter.js';

/** Between a thread that answers requests, one at a time, and whoever asks. */
export type ToRequestThread<Request> = { call: number; request: Request } | 'end';

export type FromRequestThread<Answer> =
  | { type: 'ready' }
  | { type: 'answered'; call: number; answer: Answer; cpuMs: number }
  | { type: 'failed'; call: number; message: string }
  | { type: 'measurements'; measurements: Measurement[] };
