import { Worker } from 'node:worker_threads';
import type { Clock } from './clock.js';
import { EmostreamError } from './errors.js';
import type { Meter } from './metrics.js';
import type { FromRequestThread, ToRequestThread } from './request-messages.js';
import { replay } from './thread-meter.js';

export interface RequestThreadOptions {
  /** How it is counted (`emostream_worker_restarts_total`). */
  worker: 'speech' | 'voice-encoder';
  /** What it does, for what is said of its death: "the thread that …". */
  does: string;
  /** The thread's entry file, which calls `answerRequests`. */
  entry: URL;
  workerData?: unknown;
  meter: Meter;
  clock: Clock;
  /** A thread that does not answer for so long is taken for dead, ms; the first answer may wait for a model. */
  patienceMs: number;
}

export interface Answered<Answer> {
  answer: Answer;
  /** CPU time of the thread that it took, ms. */
  cpuMs: number;
}

/** More deaths than this within the period, and the thread is not started again. */
const MAX_DEATHS = 3;
const DEATH_PERIOD_MS = 60_000;

interface Call<Answer> {
  number: number;
  resolve: (answered: Answered<Answer>) => void;
  reject: (error: EmostreamError) => void;
  timer: NodeJS.Timeout;
}

/**
 * A native library in a thread of its own: one request at a time. The thread starts with the first one, or before by `warmUp`.
 * One that died or hangs is replaced when the next request comes, so often within a minute; then no more.
 */
export class RequestThread<Request, Answer> {
  readonly #options: RequestThreadOptions;
  #worker: Worker | null = null;
  #call: Call<Answer> | null = null;
  #calls = 0;
  #deaths: number[] = [];
  #ended: Promise<void> | null = null;

  constructor(options: RequestThreadOptions) {
    this.#options = options;
  }

  /** It is not started again: it died too often. */
  get hopeless(): boolean {
    return this.#deaths.length > MAX_DEATHS;
  }

  /** Why nothing is answered any more. */
  get death(): EmostreamError {
    return this.#died(`it did so ${String(this.#deaths.length)} times in a minute, and is not started again`);
  }

  warmUp(): void {
    if (!this.#ended && !this.hopeless) this.#worker ??= this.#start();
  }

  /**
   * @param moved of the request, handed over
   * @throws EmostreamError WORKER_DIED when the thread died of it, CLOSED (also: it is still at work), INTERNAL when it refused it
   */
  ask(request: Request, moved: readonly ArrayBuffer[]): Promise<Answered<Answer>> {
    if (this.#ended || this.#call)
      return Promise.reject(new EmostreamError('CLOSED', `The thread that ${this.#options.does} takes one at a time.`));
    if (this.hopeless) return Promise.reject(this.death);
    const worker = (this.#worker ??= this.#start());
    return new Promise((resolve, reject) => {
      const number = ++this.#calls;
      // Throws, and rejects, what cannot be handed over; then nothing is asked.
      worker.postMessage({ call: number, request } satisfies ToRequestThread<Request>, moved);
      const { patienceMs } = this.#options;
      const timer = setTimeout(() => this.#gone(worker, `it did not answer for ${String(patienceMs)} ms`), patienceMs);
      this.#call = { number, resolve, reject, timer };
    });
  }

  /**
   * Ends the thread when it has done what it works on, which is rejected at once. Resolves when it has ended: a process that ends
   * before may be ended by the library.
   */
  close(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  #end(): Promise<void> {
    this.#settle()?.reject(new EmostreamError('CLOSED', `The thread that ${this.#options.does} is closing.`));
    const worker = this.#worker;
    this.#worker = null;
    if (!worker) return Promise.resolve();
    leave(worker);
    // Whoever ends the process lets it end first.
    worker.ref();
    return new Promise((resolve) => worker.once('exit', () => resolve()));
  }

  #start(): Worker {
    const { entry, workerData } = this.#options;
    const worker = new Worker(entry, { workerData });
    let reason = 'it ended by itself';
    worker.on('message', (message: FromRequestThread<Answer>) => {
      if (worker === this.#worker) this.#receive(message);
    });
    worker.on('error', (error: unknown) => (reason = error instanceof Error ? error.message : String(error)));
    worker.once('exit', () => this.#gone(worker, reason));
    // It never keeps the process alive.
    worker.unref();
    return worker;
  }

  #receive(message: FromRequestThread<Answer>): void {
    if (message.type === 'measurements') return replay(message.measurements, this.#options.meter);
    if (message.type === 'ready' || message.call !== this.#call?.number) return;
    const call = this.#settle();
    if (message.type === 'answered') call?.resolve({ answer: message.answer, cpuMs: message.cpuMs });
    else call?.reject(new EmostreamError('INTERNAL', message.message));
  }

  /** The thread is gone, or taken for gone. */
  #gone(worker: Worker, reason: string): void {
    if (worker !== this.#worker) return;
    this.#worker = null;
    leave(worker);
    const { clock, meter, worker: name } = this.#options;
    const now = clock();
    this.#deaths = [...this.#deaths.filter((at) => now - at < DEATH_PERIOD_MS), now];
    meter.count('emostream_worker_restarts_total', { worker: name });
    this.#settle()?.reject(this.#died(reason));
  }

  #settle(): Call<Answer> | null {
    const call = this.#call;
    this.#call = null;
    if (call) clearTimeout(call.timer);
    return call;
  }

  #died(reason: string): EmostreamError {
    const message = `The thread that ${this.#options.does} died: ${reason}. \`emostream doctor\` tries the model.`;
    return new EmostreamError('WORKER_DIED', message);
  }
}

/**
 * Asks the thread to end when it can: sherpa-onnx and ONNX Runtime end the whole process when their thread is terminated inside of
 * them. One that hangs for good is left to itself; the process that it is in can still be killed.
 */
function leave(worker: Worker): void {
  worker.postMessage('end' satisfies ToRequestThread<never>);
}
