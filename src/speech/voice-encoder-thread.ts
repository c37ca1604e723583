import { BoundedQueue } from '../common/bounded-queue.js';
import type { DropReason } from '../common/drops.js';
import { EmostreamError, toEmostreamError } from '../common/errors.js';
import { forbidTelemetry } from '../common/onnx/no-telemetry.js';
import { RequestThread, type RequestThreadOptions } from '../common/request-thread.js';
import { workerUrl } from '../common/worker-url.js';

export interface VoiceEncoderThreadOptions extends Pick<RequestThreadOptions, 'meter' | 'clock'> {
  /** A thread that does not answer for so long is taken for dead, ms; the first answer waits for the models. Default 20 000. */
  patienceMs?: number;
  /** The thread's entry file; another one only in tests. */
  entry?: URL;
}

const PATIENCE_MS = 20_000;
/**
 * Seconds that wait, of everybody: about a second's work of the thread (10 to 15 ms each). What waited longer would be of use to no
 * window that still waits for it.
 */
export const MOST_WAITING = 64;

interface Waiting {
  second: Float32Array;
  resolve: (heard: Float32Array) => void;
  reject: (error: EmostreamError) => void;
}

/**
 * The pretrained voice encoders for all people of a process, in a thread of its own: one second at a time, in the order in which they
 * come. Where more come than it can do, the oldest is given up. It starts with the first second, or before by `warmUp`; one that died
 * or hangs is replaced with the next, so often within a minute, then no more.
 */
export class VoiceEncoderThread {
  readonly #options: VoiceEncoderThreadOptions;
  readonly #thread: RequestThread<Float32Array, Float32Array>;
  readonly #waiting = new BoundedQueue<Waiting>(MOST_WAITING, ({ reject }) => {
    this.#drop('overflow');
    reject(new EmostreamError('OVERLOADED', 'More voices are to be encoded than this machine can.'));
  });
  #busy = false;
  #closed = false;

  constructor(options: VoiceEncoderThreadOptions) {
    this.#options = options;
    forbidTelemetry();
    this.#thread = new RequestThread({
      worker: 'voice-encoder',
      does: 'encodes voices',
      entry: workerUrl(import.meta.url, './voice-encoder-worker.js'),
      patienceMs: PATIENCE_MS,
      ...options,
    });
  }

  /** Seconds that wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** It is not started again: it died too often. */
  get hopeless(): boolean {
    return this.#thread.hopeless;
  }

  /** Starts the thread, which loads its models, before there is anything to do. */
  warmUp(): void {
    this.#thread.warmUp();
  }

  /**
   * @param second VOICE_SECOND samples at 16 kHz, handed over with the whole buffer that they are in
   * @returns HEARD_PER_SECOND × HEARD_WIDTH
   * @throws EmostreamError OVERLOADED: too many came after it; WORKER_DIED; CLOSED; INTERNAL: the encoder refused it. All but CLOSED
   * are counted as dropped here
   */
  encode(second: Float32Array): Promise<Float32Array> {
    if (this.#closed) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ second, resolve, reject });
      this.#work();
    });
  }

  /** Everything that waits is rejected at once. Resolves when the thread has ended, after what it works on. */
  close(): Promise<void> {
    this.#closed = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) next.reject(closed());
    return this.#thread.close();
  }

  #work(): void {
    if (this.#busy) return;
    const next = this.#waiting.shift();
    if (!next) return;
    this.#busy = true;
    this.#encode(next.second)
      .then(next.resolve, (error: unknown) => next.reject(this.#failed(error)))
      .finally(() => {
        this.#busy = false;
        this.#work();
      });
  }

  async #encode(second: Float32Array): Promise<Float32Array> {
    const { meter } = this.#options;
    const from = performance.now();
    const { answer, cpuMs } = await this.#thread.ask(second, [second.buffer as ArrayBuffer]);
    meter.observe('emostream_stage_duration_seconds', (performance.now() - from) / 1000, { stage: 'voice-encoder' });
    meter.count('emostream_voice_encoding_cpu_seconds_total', {}, cpuMs / 1000);
    return answer;
  }

  #failed(error: unknown): EmostreamError {
    const failure = toEmostreamError(error);
    if (failure.code !== 'CLOSED') this.#drop('failed');
    return failure;
  }

  #drop(reason: DropReason<'voice-encoder'>): void {
    this.#options.meter.count('emostream_dropped_total', { stage: 'voice-encoder', reason });
  }
}

const closed = (): EmostreamError => new EmostreamError('CLOSED', 'The voice encoder is closing.');
