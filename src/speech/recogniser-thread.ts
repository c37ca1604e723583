import { type Answered, RequestThread, type RequestThreadOptions } from '../common/request-thread.js';
import { workerUrl } from '../common/worker-url.js';
import type { SpeechModel } from './model.js';
import type { PieceSound } from './recogniser.js';
import type { Recognised } from './word-times.js';

export interface RecogniserThreadOptions extends Pick<RequestThreadOptions, 'meter' | 'clock'> {
  model: SpeechModel;
  /** A thread that does not answer for so long is taken for dead, ms; the first answer may wait for the model. Default 20 000. */
  patienceMs?: number;
  /** The thread's entry file; another one only in tests. */
  entry?: URL;
}

const PATIENCE_MS = 20_000;

/** Speech recognition in a thread of its own: one piece at a time. */
export class RecogniserThread extends RequestThread<PieceSound, Recognised> {
  constructor({ model, ...options }: RecogniserThreadOptions) {
    super({
      worker: 'speech',
      does: 'recognises speech',
      entry: workerUrl(import.meta.url, './recogniser-worker.js'),
      workerData: model,
      patienceMs: PATIENCE_MS,
      ...options,
    });
  }

  /** @param piece its sound is handed over @throws EmostreamError as `ask` */
  recognise(piece: PieceSound): Promise<Answered<Recognised>> {
    return this.ask(piece, [piece.samples.buffer as ArrayBuffer]);
  }
}
