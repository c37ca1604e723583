import { EventEmitter, once } from 'node:events';
import { availableParallelism } from 'node:os';
import type { types } from 'mediasoup';
import type { Logger } from 'pino';
import { Bulkhead } from '../common/bulkhead.js';
import { EmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import { AddressWatch } from './address-watch.js';
import { createWorker } from './create-worker.js';
import type { MediaAddress } from './media-addresses.js';
import { MediaServer } from './media-server.js';
import { startFailed } from './start-failed.js';
import { WorkerLoad } from './worker-load.js';
import { WorkerProbe } from './worker-probe.js';

export interface WorkerPoolOptions {
  /** Worker processes. 0: one per two cores; `none`: nobody can be in a call. */
  size: number | 'none';
  /** Local addresses for media, comma-separated; `auto`: loopback and the machine's own. */
  rtcHost: string;
  /** Address that browsers are told, where it differs. */
  rtcAnnouncedAddress?: string | undefined;
  /** First port; worker `i` takes `rtcPort + i`, UDP and TCP, on every address. 0: any free ones of MEDIA_PORTS. */
  rtcPort: number;
  /** Listen on TCP too. Default true. */
  rtcTcp?: boolean;
  /** Path of the mediasoup worker; mediasoup's own default if not given. */
  workerBin?: string | undefined;
  meter: Meter;
  logger: Logger;
}

export interface MediaWorker {
  readonly index: number;
  readonly worker: types.Worker;
  readonly media: MediaServer;
  /** New WebRTC transports of the worker share its one UDP and one TCP port of each address. */
  readonly webRtcServer: types.WebRtcServer;
  /** Rooms on this worker. */
  rooms: number;
  readonly load: WorkerLoad;
}

interface WorkerPoolEvents {
  /** A worker process died; its routers are closed already. */
  died: [index: number];
  restarted: [index: number];
}

const FIRST_RESTART_DELAY_MS = 100;
const MAX_RESTART_DELAY_MS = 10_000;
const ACQUIRE_PATIENCE_MS = 3000;
/** A worker answers within a millisecond; a machine that is busy past all measure may take longer. */
const PROBE_PATIENCE_MS = 10_000;
const PROBE_EVERY_MS = 15_000;
/** A worker that does not end when told so is killed, ms. */
const CLOSE_PATIENCE_MS = 2000;

/** mediasoup's worker processes, each with one WebRtcServer. A worker that dies, hangs or answers nonsense is replaced. */
export class WorkerPool extends EventEmitter<WorkerPoolEvents> {
  readonly #options: WorkerPoolOptions;
  readonly #workers: (MediaWorker | null)[];
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #addresses: AddressWatch;
  readonly #bulkhead: Bulkhead;
  readonly #probe: WorkerProbe<MediaWorker>;
  readonly #rounds: NodeJS.Timeout;
  #closed = false;

  private constructor(options: WorkerPoolOptions, size: number, addresses: AddressWatch) {
    super();
    this.#options = options;
    this.#bulkhead = new Bulkhead('nothing', options);
    this.#addresses = addresses;
    this.#workers = new Array<MediaWorker | null>(size).fill(null);
    this.#probe = new WorkerProbe({
      ask: ({ worker }) => worker.getResourceUsage(),
      onSick: (worker, reason) => this.#onSick(worker, reason),
      patienceMs: PROBE_PATIENCE_MS,
    });
    this.#rounds = setInterval(() => {
      for (const worker of this.workers) this.suspect(worker);
    }, PROBE_EVERY_MS);
    this.#rounds.unref();
  }

  /** @throws EmostreamError CONFIG_INVALID when an address or port cannot be had, INTERNAL when the binary does not start. */
  static async create(options: WorkerPoolOptions): Promise<WorkerPool> {
    const size = options.size === 'none' ? 0 : options.size || Math.max(1, Math.floor(availableParallelism() / 2));
    const move = (to: readonly MediaAddress[]) => pool.#move(to);
    const pool: WorkerPool = new WorkerPool(options, size, await AddressWatch.create({ ...options, move }));
    try {
      for (let index = 0; index < size; index++) pool.#workers[index] = await pool.#start(index);
      if (size > 0) pool.#addresses.start();
    } catch (cause) {
      await pool.close();
      throw startFailed(cause, options);
    }
    return pool;
  }

  get size(): number {
    return this.#workers.length;
  }

  /** Workers that run now. */
  get alive(): number {
    return this.#workers.filter((worker) => worker !== null).length;
  }

  get workers(): readonly MediaWorker[] {
    return this.#workers.filter((worker) => worker !== null);
  }

  /** The addresses that browsers are told for media. */
  get offered(): readonly string[] {
    return this.#addresses.addresses.map(({ ip, announced }) => announced ?? ip);
  }

  /**
   * The worker that carries least: the fewest consumers, then the fewest rooms. While none runs (all died at once) it waits a little for the first replacement.
   * @throws EmostreamError WORKER_DIED when none comes, WRONG_STATE where there are to be none
   */
  async acquire(patienceMs = ACQUIRE_PATIENCE_MS): Promise<MediaWorker> {
    if (this.size === 0)
      throw new EmostreamError('WRONG_STATE', 'this server has no calls of its own: none can be joined');
    if (this.alive === 0 && !this.#closed) {
      await once(this, 'restarted', { signal: AbortSignal.timeout(patienceMs) }).catch(() => undefined);
    }
    const [first] = [...this.workers].sort((a, b) => a.load.carried - b.load.carried || a.rooms - b.rooms);
    if (first) return first;
    throw new EmostreamError('WORKER_DIED', 'no media worker is running at the moment: try again in a few seconds');
  }

  /** Something that was asked of the worker failed: looks whether it still answers, and replaces it if not. */
  suspect(worker: MediaWorker): void {
    if (!this.#closed) this.#bulkhead.attempt(() => this.#probe.check(worker));
  }

  /** Ends all workers and waits until their processes are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#addresses.stop();
    clearInterval(this.#rounds);
    for (const timer of this.#timers) clearTimeout(timer);
    const ends = this.workers.map(({ worker }) => end(worker));
    this.#workers.fill(null);
    await Promise.all(ends);
  }

  async #start(index: number): Promise<MediaWorker> {
    const { rtcPort, rtcTcp = true, workerBin } = this.#options;
    const worker = await createWorker({ logLevel: 'error', ...(workerBin ? { workerBin } : {}) });
    worker.once(
      'died',
      this.#bulkhead.wrap(({ message }: Error) => this.#onDied(index, message)),
    );
    const load = new WorkerLoad({ worker, index, meter: this.#options.meter, bulkhead: this.#bulkhead });
    try {
      const media = await MediaServer.create(worker, this.#addresses.addresses, {
        port: rtcPort ? rtcPort + index : 0,
        tcp: rtcTcp,
      });
      return {
        index,
        worker,
        media,
        get webRtcServer() {
          return media.current;
        },
        rooms: 0,
        load,
      };
    } catch (error) {
      worker.close();
      throw error;
    }
  }

  async #move(addresses: readonly MediaAddress[]): Promise<void> {
    await Promise.all(this.workers.map(({ media }) => media.move(addresses)));
  }

  #onSick({ index, worker }: MediaWorker, reason: string): void {
    if (this.#closed || this.#workers[index]?.worker !== worker || worker.died) return;
    this.#options.logger.error({ worker: index, reason }, 'a mediasoup worker is of no use any more: it is replaced');
    // Not `worker.close()`: that asks the worker, which is what fails. Its death is noticed as any other.
    kill(worker);
  }

  #onDied(index: number, reason: string): void {
    if (this.#closed || this.#workers[index] === null) return;
    this.#workers[index] = null;
    this.#options.meter.count('emostream_errors_total', { code: 'WORKER_DIED' });
    this.#options.logger.error({ worker: index, reason }, 'a mediasoup worker died; starting another');
    this.emit('died', index);
    this.#restartIn(index, FIRST_RESTART_DELAY_MS);
  }

  #restartIn(index: number, delayMs: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#bulkhead.attempt(() => this.#restart(index, delayMs));
    }, delayMs);
    this.#timers.add(timer);
  }

  async #restart(index: number, delayMs: number): Promise<void> {
    try {
      const worker = await this.#start(index);
      if (this.#closed) return worker.worker.close();
      this.#workers[index] = worker;
      this.#options.meter.count('emostream_worker_restarts_total', { worker: 'mediasoup' });
      this.#options.logger.info({ worker: index }, 'another mediasoup worker has taken the place');
      this.emit('restarted', index);
    } catch (error) {
      if (this.#closed) return;
      const nextMs = Math.min(delayMs * 2, MAX_RESTART_DELAY_MS);
      this.#options.logger.error(
        { err: error, worker: index, nextMs },
        'a mediasoup worker cannot be restarted; trying again',
      );
      this.#restartIn(index, nextMs);
    }
  }
}

function end(worker: types.Worker): Promise<void> {
  if (worker.subprocessClosed) return Promise.resolve();
  const ended = new Promise<void>((resolve) => worker.once('subprocessclose', () => resolve()));
  const timer = setTimeout(() => kill(worker), CLOSE_PATIENCE_MS);
  try {
    worker.close();
  } catch {
    // Its channel is broken, so it cannot be told.
    kill(worker);
  }
  return ended.finally(() => clearTimeout(timer));
}

function kill(worker: types.Worker): void {
  try {
    process.kill(worker.pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
