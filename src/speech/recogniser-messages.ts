import type { Measurement } from '../common/thread-meter.js';
import type { SpeechModel } from './model.js';
import type { PieceSound } from './recogniser.js';
import type { Recognised } from './word-times.js';

export interface RecogniserData {
  model: SpeechModel;
}

export type ToRecogniser = (PieceSound & { call: number }) | 'end';

export type FromRecogniser =
  | { type: 'ready' }
  | { type: 'recognised'; call: number; recognised: Recognised; cpuMs: number }
  | { type: 'failed'; call: number; message: string }
  | { type: 'measurements'; measurements: Measurement[] };
