import { Worker } from 'node:worker_threads';
import type { Clock } from '../common/clock.js';
import { EmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import { replay } from '../common/thread-meter.js';
import { workerUrl } from '../common/worker-url.js';
import type { SpeechModel } from './model.js';
import type { PieceSound } from './recogniser.js';
import type { FromRecogniser, RecogniserData, ToRecogniser } from './recogniser-messages.js';
import type { Recognised } from './word-times.js';

export interface RecogniserThreadOptions {
  model: SpeechModel;
  meter: Meter;
  clock: Clock;
  /** A thread that does not answer for so long is taken for dead, ms; the first answer may wait for the model. Default 20 000. */
  patienceMs?: number;
  /** The thread's entry file; another one only in tests. */
  entry?: URL;
}

export interface Answer {
  recognised: Recognised;
  /** CPU time of the thread that it took, ms. */
  cpuMs: number;
}

const PATIENCE_MS = 20_000;
/** More deaths than this within the period, and the thread is not started again. */
const MAX_DEATHS = 3;
const DEATH_PERIOD_MS = 60_000;

interface Call {
  number: number;
  resolve: (answer: Answer) => void;
  reject: (error: EmostreamError) => void;
  timer: NodeJS.Timeout;
}

/**
 * Speech recognition in a thread of its own: one piece at a time. The thread starts with the first piece, or before by `warmUp`.
 * One that died or hangs is replaced when the next piece comes, so often within a minute; then no more.
 */
export class RecogniserThread {
  readonly #options: Required<RecogniserThreadOptions>;
  #worker: Worker | null = null;
  #call: Call | null = null;
  #calls = 0;
  #deaths: number[] = [];
  #closed = false;

  constructor(options: RecogniserThreadOptions) {
    this.#options = {
      patienceMs: PATIENCE_MS,
      entry: workerUrl(import.meta.url, './recogniser-worker.js'),
      ...options,
    };
  }

  /** It is not started again: it died too often. */
  get hopeless(): boolean {
    return this.#deaths.length > MAX_DEATHS;
  }

  /** Why nothing is recognised any more. */
  get death(): EmostreamError {
    return died(`it did so ${String(this.#deaths.length)} times in a minute, and is not started again`);
  }

  warmUp(): void {
    if (!this.#closed && !this.hopeless) this.#worker ??= this.#start();
  }

  /**
   * @param piece its sound is handed over
   * @throws EmostreamError WORKER_DIED when the thread died of it, CLOSED, INTERNAL when the model refused the piece
   */
  recognise(piece: PieceSound): Promise<Answer> {
    if (this.#closed || this.#call)
      return Promise.reject(new EmostreamError('CLOSED', 'The recogniser takes one piece at a time.'));
    if (this.hopeless) return Promise.reject(this.death);
    const worker = (this.#worker ??= this.#start());
    return new Promise((resolve, reject) => {
      const number = ++this.#calls;
      const { patienceMs } = this.#options;
      const timer = setTimeout(() => this.#gone(worker, `it did not answer for ${String(patienceMs)} ms`), patienceMs);
      this.#call = { number, resolve, reject, timer };
      worker.postMessage({ ...piece, call: number } satisfies ToRecogniser, [piece.samples.buffer as ArrayBuffer]);
    });
  }

  /** Ends the thread, when it has done what it works on, which is rejected at once. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#settle()?.reject(new EmostreamError('CLOSED', 'Speech recognition is closing.'));
    if (this.#worker) leave(this.#worker);
    // Whoever ends the process lets it end first.
    this.#worker?.ref();
    this.#worker = null;
  }

  #start(): Worker {
    const worker = new Worker(this.#options.entry, {
      workerData: { model: this.#options.model } satisfies RecogniserData,
    });
    let reason = 'it ended by itself';
    worker.on('message', (message: FromRecogniser) => {
      if (worker === this.#worker) this.#receive(message);
    });
    worker.on('error', (error: unknown) => (reason = error instanceof Error ? error.message : String(error)));
    worker.once('exit', () => this.#gone(worker, reason));
    // It never keeps the process alive.
    worker.unref();
    return worker;
  }

  #receive(message: FromRecogniser): void {
    if (message.type === 'measurements') return replay(message.measurements, this.#options.meter);
    if (message.type === 'ready' || message.call !== this.#call?.number) return;
    const call = this.#settle();
    if (message.type === 'recognised') call?.resolve({ recognised: message.recognised, cpuMs: message.cpuMs });
    else call?.reject(new EmostreamError('INTERNAL', message.message));
  }

  /** The thread is gone, or taken for gone. */
  #gone(worker: Worker, reason: string): void {
    if (worker !== this.#worker) return;
    this.#worker = null;
    leave(worker);
    const now = this.#options.clock();
    this.#deaths = [...this.#deaths.filter((at) => now - at < DEATH_PERIOD_MS), now];
    this.#options.meter.count('emostream_worker_restarts_total', { worker: 'speech' });
    this.#settle()?.reject(died(reason));
  }

  #settle(): Call | null {
    const call = this.#call;
    this.#call = null;
    if (call) clearTimeout(call.timer);
    return call;
  }
}

/**
 * Asks the thread to end when it can: sherpa-onnx ends the whole process when its thread is terminated inside of it. One that
 * hangs for good is left to itself; the process that it is in can still be killed.
 */
function leave(worker: Worker): void {
  worker.postMessage('end' satisfies ToRecogniser);
}

const died = (reason: string): EmostreamError =>
  new EmostreamError(
    'WORKER_DIED',
    `The thread that recognises speech died: ${reason}. \`emostream doctor\` tries the model.`,
  );
