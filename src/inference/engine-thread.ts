import { Worker } from 'node:worker_threads';
import { EmostreamError, toEmostreamError } from '../common/errors.js';
import { forbidTelemetry } from '../common/onnx/no-telemetry.js';
import { replay } from '../common/thread-meter.js';
import { waitAtMost } from '../common/wait-at-most.js';
import type { EngineCall, EngineCalls, EngineWorkerData, FromEngine, ToEngine } from './engine-messages.js';
import { withDefaults, type EngineThreadOptions } from './engine-thread-options.js';
import { bare, owned } from './message-inputs.js';
import { PendingCalls } from './pending-calls.js';
import {
  PROCESSOR,
  type Engine,
  type EngineDevice,
  type EngineInput,
  type EngineMemory,
  type EngineName,
  type Judgement,
  type ModelInfo,
} from './types.js';

/** More deaths than MAX_DEATHS within DEATH_PERIOD, and the thread is not started again. */
const MAX_DEATHS = 5;
const DEATH_PERIOD = 60_000;
/**
 * Dawn and ONNX Runtime end the whole process when their thread is terminated while they are at work (Dawn of itself, the other by
 * an exception in C++ that nobody catches). Such a thread is asked to end, and when it does not answer any more it is left to itself.
 */
const ENDS_ITSELF: ReadonlySet<EngineName> = new Set(['webgpu', 'onnx']);

/**
 * An engine in a thread of its own, behind the same interface. A thread that dies is replaced, its model loaded and warmed
 * up again: the calls in flight fail with WORKER_DIED, later ones wait for the new thread.
 *
 * Inputs are copied once into the message, and stay here too: a batch that fails is run again window by window. Measured for a
 * full batch of 16 (1.4 MB): 0.2 ms of the calling thread, 0.6 ms there and back.
 */
export class EngineThread implements Engine {
  readonly name: EngineName;
  readonly #options: Required<EngineThreadOptions>;
  readonly #pending: PendingCalls;
  #worker: Worker | null = null;
  #device: EngineDevice = PROCESSOR;
  #lanes = 1;
  /** Whether anything can be asked of an engine that computes elsewhere. */
  #answers = true;
  /** Settles when the current thread takes calls; rejects when none will. */
  #ready: Promise<void> = Promise.resolve();
  #deathReason = '';
  /** What the end of the current thread means; does it once. */
  #gone = (): void => {};
  /** Threads that were asked to end and have not yet. */
  readonly #leaving = new Set<Promise<void>>();
  #starting = false;
  #restarting = false;
  #hopeless = false;
  #deaths: number[] = [];
  #modelDir: string | null = null;
  #warmSizes: readonly number[] = [];
  /** The longest that warming up took for a size, ms. */
  #slowest = 0;
  #disposed: Promise<void> | null = null;

  private constructor(name: EngineName, options: EngineThreadOptions) {
    this.name = name;
    this.#options = withDefaults(options);
    this.#pending = new PendingCalls(
      (call) => this.#patience(call),
      (patienceMs) => this.#discard(`it did not answer for ${Math.round(patienceMs)} ms`),
    );
  }

  /** @throws EmostreamError ENGINE_UNAVAILABLE, saying what to do, when the engine cannot run on this machine. */
  static async create(name: EngineName, options: EngineThreadOptions = {}): Promise<EngineThread> {
    const thread = new EngineThread(name, options);
    thread.#ready = thread.#start();
    await thread.#ready;
    return thread;
  }

  get device(): EngineDevice {
    return this.#device;
  }

  get lanes(): number {
    return this.#lanes;
  }

  /** False while the thread is replaced, and for ever when it will not be; and while nothing elsewhere can be asked. */
  get healthy(): boolean {
    return this.#answers && !this.#restarting && !this.#hopeless && this.#disposed === null;
  }

  /** No thread will take calls any more. */
  get hopeless(): boolean {
    return this.#hopeless || this.#disposed !== null;
  }

  async load(modelDir: string): Promise<ModelInfo> {
    const info = await this.#call('load', modelDir);
    this.#modelDir = modelDir;
    return info;
  }

  run(batch: readonly EngineInput[]): Promise<Judgement[]> {
    const moved: ArrayBuffer[] = [];
    return this.#call(
      'run',
      batch.map((input) => bare(input, moved)),
      moved,
    );
  }

  encodeFaces(crops: Uint8Array, count: number): Promise<Float32Array> {
    const moved: ArrayBuffer[] = [];
    return this.#call('encodeFaces', { crops: owned(crops, moved), count }, moved);
  }

  async warmUp(sizes: readonly number[]): Promise<void> {
    // One at a time: the timeout is of a call, and an engine may take its time for each size.
    for (const size of sizes) {
      const from = performance.now();
      await this.#call('warmUp', [size]);
      this.#slowest = Math.max(this.#slowest, performance.now() - from);
    }
    this.#warmSizes = [...new Set([...this.#warmSizes, ...sizes])];
  }

  memory(): Promise<EngineMemory> {
    return this.#call('memory', undefined);
  }

  /** Ends the thread; resolves when it is gone. May be called more than once. */
  dispose(): Promise<void> {
    this.#disposed ??= this.#end();
    return this.#disposed;
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    // Whatever the engine still does is of no use to anybody; the process takes its memory back.
    this.#pending.fail(disposed);
    if (worker && ENDS_ITSELF.has(this.name)) this.#leave(worker);
    else await worker?.terminate();
    if (this.#leaving.size === 0) return;
    await waitAtMost(this.#options.endTimeout, Promise.all(this.#leaving));
  }

  /** Takes the current thread for dead. */
  #discard(reason: string): void {
    this.#deathReason = reason;
    const worker = this.#worker;
    if (!worker) return;
    if (!ENDS_ITSELF.has(this.name)) {
      end(worker);
      return;
    }
    this.#leave(worker);
    this.#gone();
  }

  /** Asks a thread to end when it can, and listens to it no more. */
  #leave(worker: Worker): void {
    worker.removeAllListeners('message');
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    this.#leaving.add(ended);
    const left = () => this.#leaving.delete(ended);
    ended.then(left, left);
    worker.postMessage({ call: 'dispose' } satisfies ToEngine);
    worker.unref();
  }

  async #call<C extends EngineCall>(
    call: C,
    argument: EngineCalls[C]['argument'],
    moved: ArrayBuffer[] = [],
  ): Promise<EngineCalls[C]['result']> {
    if (!this.#disposed) await this.#ready;
    return this.#send(call, argument, moved);
  }

  #send<C extends EngineCall>(
    call: C,
    argument: EngineCalls[C]['argument'],
    moved: ArrayBuffer[] = [],
  ): Promise<EngineCalls[C]['result']> {
    if (this.#disposed) return Promise.reject(disposed());
    const worker = this.#worker;
    if (!worker) return Promise.reject(died('The inference thread is gone.'));
    return new Promise((resolve, reject) => {
      const id = this.#pending.add({ resolve: resolve as (result: unknown) => void, reject, call });
      // The types of call and argument belong together by EngineCalls.
      worker.postMessage({ id, call, argument } as ToEngine, moved);
    });
  }

  #patience(call: EngineCall): number {
    const { callTimeout, warmTimeout } = this.#options;
    const judges = call === 'run' || call === 'encodeFaces';
    if (!judges || this.#warmSizes.length === 0) return callTimeout;
    return Math.min(callTimeout, Math.max(warmTimeout, this.#slowest));
  }

  /** Starts a thread; resolves when its engine takes calls. */
  #start(): Promise<void> {
    const { entry, onnxProvider, remote } = this.#options;
    // Its environment is a copy of this one, which the library reads.
    if (this.name === 'onnx') forbidTelemetry();
    const asked = remote && { ...remote, again: this.#restarting };
    const workerData: EngineWorkerData = { engine: this.name, onnxProvider, remote: asked };
    const worker = new Worker(entry, { workerData });
    this.#worker = worker;
    this.#starting = true;
    this.#deathReason = 'it ended by itself';
    return new Promise<void>((resolve, reject) => {
      worker.on('message', (message: FromEngine) => {
        if (message.type === 'ready') {
          this.#starting = false;
          this.#device = message.device;
          this.#lanes = message.lanes;
          resolve();
        } else if (message.type === 'refused') {
          reject(new EmostreamError(message.code, message.message));
          end(worker);
        } else this.#receive(message);
      });
      let over = false;
      worker.on('error', (error: unknown) => {
        if (!over) this.#deathReason = error instanceof Error ? error.message : String(error);
      });
      this.#gone = () => {
        if (over) return;
        over = true;
        this.#worker = null;
        reject(died(`The inference thread died while starting: ${this.#deathReason}.`));
        this.#pending.fail(() => died(`The inference thread died: ${this.#deathReason}. Another takes its place.`));
        if (this.#starting || this.#restarting || this.#disposed) return;
        this.#ready = this.#restart();
        // Every call reports it; with no call waiting it must not count as unhandled.
        this.#ready.catch(() => (this.#hopeless = true));
      };
      worker.once('exit', this.#gone);
    });
  }

  /** Brings up a new thread in the state of the one that died. @throws when that is hopeless */
  async #restart(): Promise<void> {
    const { meter, clock, onRestart } = this.#options;
    this.#restarting = true;
    try {
      for (;;) {
        const now = clock();
        this.#deaths = [...this.#deaths.filter((at) => now - at < DEATH_PERIOD), now];
        if (this.#deaths.length > MAX_DEATHS) {
          throw died(`The inference thread died ${this.#deaths.length} times in a minute, last: ${this.#deathReason}.`);
        }
        meter.count('emostream_worker_restarts_total', { worker: 'inference' });
        onRestart(this.#deathReason);
        try {
          await this.#start();
          if (this.#modelDir !== null) await this.#send('load', this.#modelDir);
          for (const size of this.#warmSizes) await this.#send('warmUp', [size]);
          return;
        } catch (error) {
          if (this.#disposed || toEmostreamError(error).code !== 'WORKER_DIED') throw error;
        }
      }
    } finally {
      this.#restarting = false;
    }
  }

  #receive(message: Exclude<FromEngine, { type: 'ready' | 'refused' }>): void {
    if (message.type === 'measurements') {
      replay(message.measurements, this.#options.meter);
      return;
    }
    if (message.type === 'news') {
      ({ device: this.#device, healthy: this.#answers } = message.news);
      this.#options.onNews(message.news);
      return;
    }
    const pending = this.#pending.answered(message.id);
    if (!pending) return;
    if (message.type === 'result') pending.resolve(message.result);
    else pending.reject(new EmostreamError(message.code, message.message));
  }
}

/** Its `exit` tells the rest. */
function end(worker: Worker): void {
  worker.terminate().catch(() => undefined);
}

function disposed(): EmostreamError {
  return new EmostreamError('CLOSED', 'The engine was disposed.');
}

function died(message: string): EmostreamError {
  return new EmostreamError('WORKER_DIED', `${message} If it happens again, run \`emostream doctor\`.`);
}
