import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { Bulkhead } from '../common/bulkhead.js';
import { EmostreamError } from '../common/errors.js';
import type { MediaProblem } from '../common/media-problem.js';
import type { Meter } from '../common/metrics.js';
import { replay } from '../common/thread-meter.js';
import { workerUrl } from '../common/worker-url.js';
import { FairShare } from './fair-share.js';
import type { AnalysisInspection, AnalysisOptions, FromAnalysis, ToAnalysis } from './messages.js';
import { PacketBatch } from './packet-batch.js';

/** Packets on their way to a thread that has not handled them yet; those without a place are dropped and counted. */
const MAX_PACKETS_IN_FLIGHT = 4000;

/**
 * A thread reports twice a second. One that says nothing for so many looks, a second apart, hangs: some work of its own does not
 * end. Looks are counted, not time: nobody's time has passed while the machine slept.
 */
const LOOK_EVERY_MS = 1000;
const SILENT_LOOKS = 15;

/** What a thread that is gone holds. */
const NOTHING: AnalysisInspection = { participants: 0, tracks: 0, decoders: 0, tensors: 0 };

export interface AnalysisThreadEvents {
  onWindow(message: Extract<FromAnalysis, { type: 'window' }>): void;
  onSkipped(message: Extract<FromAnalysis, { type: 'skipped' }>): void;
  onKeyFrame(handle: number): void;
  onTrackProblem(handle: number, problem: MediaProblem): void;
  /** The thread died unasked. It is gone; whoever owns it starts another. */
  onDied(): void;
}

/** The main thread's end of one analysis thread. */
export class AnalysisThread {
  readonly #worker: Worker;
  readonly #batch = new PacketBatch();
  readonly #inspections = new Map<number, (result: AnalysisInspection) => void>();
  #flushPlanned = false;
  readonly #inFlight = new FairShare(MAX_PACKETS_IN_FLIGHT);
  #nextInspection = 1;
  #closed = false;
  #dead = false;
  #silentLooks = 0;

  private constructor(
    worker: Worker,
    private readonly events: AnalysisThreadEvents,
    private readonly meter: Meter,
  ) {
    this.#worker = worker;
  }

  /** Resolves when the thread has loaded its models and takes work. */
  static async start(
    options: AnalysisOptions,
    deps: { events: AnalysisThreadEvents; meter: Meter; logger: Logger },
  ): Promise<AnalysisThread> {
    const worker = new Worker(workerUrl(import.meta.url, './analysis-worker.js'), { workerData: options });
    const thread = new AnalysisThread(worker, deps.events, deps.meter);
    await new Promise<void>((resolve, reject) => {
      const failed = (cause: unknown) => {
        reject(new EmostreamError('INTERNAL', 'the analysis thread did not start', { cause }));
      };
      worker.once('error', failed);
      worker.once('exit', failed);
      worker.once('message', () => {
        worker.off('error', failed);
        worker.off('exit', failed);
        resolve();
      });
    });
    // What belongs to a participant is caught there; the rest is only counted: the thread goes on.
    const bulkhead = new Bulkhead('nothing', deps);
    worker.on(
      'message',
      bulkhead.wrap((message: FromAnalysis) => thread.#receive(message)),
    );
    const looks = setInterval(
      bulkhead.wrap(() => {
        thread.#silentLooks += 1;
        if (thread.#silentLooks !== SILENT_LOOKS) return;
        deps.logger.error({ thread: options.index }, 'analysis thread hangs; it is ended');
        return worker.terminate();
      }),
      LOOK_EVERY_MS,
    );
    looks.unref();
    worker.on('error', (error: Error) => {
      deps.logger.error({ err: error, thread: options.index }, 'analysis thread failed');
    });
    worker.once(
      'exit',
      bulkhead.wrap(() => {
        clearInterval(looks);
        thread.#dead = true;
        thread.#failInspections();
        if (!thread.#closed) deps.events.onDied();
      }),
    );
    return thread;
  }

  send(message: ToAnalysis): void {
    if (this.#closed || this.#dead) return;
    // Order matters: a control message must not overtake packets that came before it.
    this.#flush();
    this.#worker.postMessage(message);
  }

  /** @param key of the participant whose track it is */
  packet(key: number, handle: number, data: Uint8Array, arrivalMs: number): void {
    if (this.#closed) return;
    if (this.#dead) {
      this.meter.count('emostream_dropped_total', { stage: 'analysis', reason: 'thread-restarts' });
      return;
    }
    if (!this.#inFlight.take(key)) {
      this.meter.count('emostream_dropped_total', { stage: 'analysis', reason: 'thread-overrun' });
      return;
    }
    this.#batch.add(handle, data, arrivalMs);
    if (!this.#flushPlanned) {
      this.#flushPlanned = true;
      setImmediate(() => {
        this.#flushPlanned = false;
        if (!this.#closed && !this.#dead) this.#flush();
      });
    }
  }

  inspect(): Promise<AnalysisInspection> {
    if (this.#dead) return Promise.resolve(NOTHING);
    const id = this.#nextInspection++;
    return new Promise((resolve) => {
      this.#inspections.set(id, resolve);
      this.send({ type: 'inspect', id });
    });
  }

  /** Ends the thread at once, without a goodbye; `onDied` follows. */
  async kill(): Promise<void> {
    await this.#worker.terminate();
  }

  /** Ends the thread after it has freed what it holds; after two seconds it is ended regardless. */
  async close(): Promise<void> {
    if (this.#closed) return;
    const ended = new Promise<void>((resolve) => this.#worker.once('exit', resolve));
    this.send({ type: 'stop' });
    this.#closed = true;
    const timer = setTimeout(() => {
      // It never rejects; `ended` tells.
      this.#worker.terminate().catch(() => undefined);
    }, 2000);
    await ended;
    clearTimeout(timer);
  }

  #flush(): void {
    const taken = this.#batch.take();
    if (!taken) return;
    this.#inFlight.sent();
    this.#worker.postMessage(taken.message, taken.transfer);
  }

  #receive(message: FromAnalysis): void {
    this.#silentLooks = 0;
    switch (message.type) {
      case 'window':
        this.events.onWindow(message);
        break;
      case 'skipped':
        this.events.onSkipped(message);
        break;
      case 'keyFrame':
        this.events.onKeyFrame(message.handle);
        break;
      case 'trackProblem':
        this.events.onTrackProblem(message.handle, message.problem);
        break;
      case 'metrics':
        replay(message.measurements, this.meter);
        this.meter.set('emostream_queue_depth', this.#inFlight.total, { queue: 'analysis-packets' });
        break;
      case 'handled':
        this.#inFlight.handled();
        break;
      case 'inspection':
        this.#inspections.get(message.id)?.(message.result);
        this.#inspections.delete(message.id);
        break;
      case 'ready':
        break;
    }
  }

  #failInspections(): void {
    for (const resolve of this.#inspections.values()) resolve(NOTHING);
    this.#inspections.clear();
  }
}
