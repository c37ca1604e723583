import { type Clock, systemClock } from '../common/clock.js';
import { toEmostreamError } from '../common/errors.js';
import { silentMeter, type Meter } from '../common/metrics.js';
import { FACE_SIZE, type WindowFeatures } from '../features/types.js';
import { Batcher, type BatcherDrop } from './batcher.js';
import { validateInput } from './network/validate-input.js';
import { SettledCrops } from './settled-crops.js';
import type { EmotionScores, Engine, ModelInput, SettledCrop } from './types.js';

export interface BatchRunnerOptions {
  /** Most windows in a batch. */
  maxBatch: number;
  /** Longest a window waits for its batch to fill, ms. */
  maxQueueDelay: number;
  /** A window not in a batch this long after it closed, ms, is dropped. */
  inferenceDeadline: number;
  /** Most windows waiting. */
  inferenceQueue: number;
  /**
   * Batch sizes to pad to, ascending, for engines that compile a program for every new shape; they should be the sizes
   * warmed up, and the last one maxBatch. None: batches run at the size they have, as suits WebAssembly.
   */
  padTo?: readonly number[];
}

export interface WindowJob {
  room: string;
  participant: string;
  features: WindowFeatures;
}

/**
 * Why a window has no scores. `overflow`: the queue's bound. `deadline`: waited too long. `invalid`: refused at the door.
 * `failed`: the engine failed on it. `cancelled`: its participant is gone. `closed`: the runner is.
 */
export type DropReason = BatcherDrop | 'invalid' | 'failed' | 'cancelled' | 'closed';

export type Outcome =
  | { scores: EmotionScores; queueMs: number; inferenceMs: number }
  | { dropped: 'overloaded' | 'engine-failed' | 'invalid'; reason: DropReason };

const DROPPED: Record<DropReason, 'overloaded' | 'engine-failed' | 'invalid'> = {
  overflow: 'overloaded',
  deadline: 'overloaded',
  invalid: 'invalid',
  failed: 'engine-failed',
  cancelled: 'engine-failed',
  closed: 'engine-failed',
};

interface Job extends WindowJob {
  closedMs: number;
  submittedMs: number;
  settle(outcome: Outcome): void;
}

const keyOf = (room: string, participant: string): string => JSON.stringify([room, participant]);

/** Fills a batch up to its padded size. Its scores are thrown away. */
const PADDING: ModelInput = { face: null, voice: null, words: null };
/** How often the engine is asked for its tensor count, ms. */
const MEMORY_INTERVAL = 10_000;

/**
 * Feeds an engine with batches of windows from all participants, one batch at a time: while one runs, the next one fills.
 * A batch that fails is run again window by window, so that one bad window costs only itself.
 */
export class BatchRunner {
  readonly #engine: Engine;
  readonly #options: BatchRunnerOptions;
  readonly #clock: Clock;
  readonly #meter: Meter;
  readonly #batcher: Batcher<Job>;
  /** The latest outcome to come for each participant with one pending. */
  readonly #last = new Map<string, Promise<Outcome>>();
  /** By participant. */
  readonly #crops = new Map<string, SettledCrops>();
  #running: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;
  #memoryAsked = -Infinity;

  /** @param engine loaded and warmed up; not disposed by the runner */
  constructor(
    engine: Engine,
    options: BatchRunnerOptions,
    { clock = systemClock, meter = silentMeter }: { clock?: Clock; meter?: Meter } = {},
  ) {
    this.#engine = engine;
    this.#options = options;
    this.#clock = clock;
    this.#meter = meter;
    this.#batcher = new Batcher<Job>(
      {
        maxBatch: options.maxBatch,
        maxQueueDelay: options.maxQueueDelay,
        deadline: options.inferenceDeadline,
        capacity: options.inferenceQueue,
      },
      (job, reason) => this.#drop(job, reason),
    );
  }

  /** Windows waiting for a batch. */
  get waiting(): number {
    return this.#batcher.size;
  }

  /** Takes a face crop that a window will name. Never throws. */
  crop({ room, participant, id, pixels }: SettledCrop): void {
    if (this.#closed) return;
    if (!Number.isSafeInteger(id) || pixels.length !== FACE_SIZE * FACE_SIZE) {
      this.#meter.count('emostream_dropped_total', { stage: 'inference', reason: 'crop-invalid' });
      return;
    }
    const key = keyOf(room, participant);
    let crops = this.#crops.get(key);
    if (!crops) this.#crops.set(key, (crops = new SettledCrops()));
    const gone = crops.add(id, pixels);
    if (gone > 0) this.#meter.count('emostream_dropped_total', { stage: 'inference', reason: 'crop-overflow' }, gone);
  }

  /** Never rejects. Outcomes of one participant come in the order of submission, dropped windows included. */
  submit(window: WindowJob): Promise<Outcome> {
    const key = keyOf(window.room, window.participant);
    const before = this.#last.get(key);
    const own = this.#enqueue(window);
    const inOrder = before ? before.then(() => own) : own;
    this.#last.set(key, inOrder);
    const forget = () => {
      if (this.#last.get(key) === inOrder) this.#last.delete(key);
    };
    inOrder.then(forget, forget);
    return inOrder;
  }

  /** Drops what waits and forgets what is kept of a participant who left or withdrew consent. A batch that is running is not stopped. */
  cancel(room: string, participant: string): void {
    const gone = this.#batcher.remove((job) => job.room === room && job.participant === participant);
    for (const job of gone) this.#drop(job, 'cancelled');
    this.#crops.delete(keyOf(room, participant));
    this.#reportDepth();
  }

  /**
   * Drops what waits, and resolves when the running batch is done, or after `patienceMs` where the engine hangs: disposing
   * of the engine then fails the batch.
   */
  async close(patienceMs = Infinity): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    for (const job of this.#batcher.remove(() => true)) this.#drop(job, 'closed');
    this.#reportDepth();
    if (!this.#running || patienceMs === Infinity) return void (await this.#running);
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise((resolve) => (timer = setTimeout(resolve, patienceMs)));
    await Promise.race([this.#running, enough]);
    clearTimeout(timer);
  }

  /** With the pixels of the crops that a window names. */
  #withCrops(window: WindowJob): WindowJob {
    const { face } = window.features;
    if (!face?.cropIds) return window;
    const kept = this.#crops.get(keyOf(window.room, window.participant)) ?? new SettledCrops();
    const found = kept.resolve(face, face.cropIds);
    const gone = face.cropIds.length - (found?.count ?? 0);
    if (gone > 0) this.#meter.count('emostream_dropped_total', { stage: 'inference', reason: 'crop-gone' }, gone);
    return { ...window, features: { ...window.features, face: found } };
  }

  #enqueue(named: WindowJob): Promise<Outcome> {
    return new Promise((settle) => {
      const window = this.#withCrops(named);
      const now = this.#clock();
      const job = { ...window, closedMs: window.features.timing.closedMs, submittedMs: now, settle };
      if (this.#closed) {
        this.#drop(job, 'closed');
        return;
      }
      try {
        validateInput(window.features);
      } catch (error) {
        this.#drop(job, 'invalid', error);
        return;
      }
      this.#batcher.push(job, now);
      this.#pump();
    });
  }

  /** Starts a batch if one is due and none runs; otherwise sets the timer for when one will be. */
  #pump(): void {
    if (this.#closed || this.#running) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const now = this.#clock();
    const batch = this.#batcher.take(now);
    this.#reportDepth();
    if (batch.length > 0) {
      this.#running = this.#run(batch, now).finally(() => {
        this.#running = null;
        this.#pump();
      });
      return;
    }
    const due = this.#batcher.nextDue(now);
    // A timer may fire a little early by another clock; it then finds nothing due and is set again.
    if (due !== null) this.#timer = setTimeout(() => this.#pump(), Math.max(1, Math.ceil(due - now)));
  }

  async #run(batch: readonly Job[], startMs: number): Promise<void> {
    this.#meter.observe('emostream_batch_size', batch.length);
    for (const job of batch) this.#stage('queue', startMs - job.submittedMs);
    try {
      await this.#runOnce(batch, startMs);
    } catch (error) {
      this.#meter.count('emostream_errors_total', { code: toEmostreamError(error).code });
      if (batch.length === 1) this.#drop(batch[0]!, 'failed');
      else await this.#oneByOne(batch);
    }
    await this.#reportMemory(startMs);
  }

  /** @throws what the engine throws; then no job of the batch is settled */
  async #runOnce(batch: readonly Job[], startMs: number): Promise<void> {
    const inputs: ModelInput[] = batch.map(({ features }) => features);
    const size = this.#options.padTo?.find((padded) => padded >= inputs.length) ?? inputs.length;
    while (inputs.length < size) inputs.push(PADDING);
    const scores = await this.#engine.run(inputs);
    if (scores.length !== inputs.length) {
      throw new Error(`The engine answered ${scores.length} scores for ${inputs.length} windows.`);
    }
    const inferenceMs = this.#clock() - startMs;
    this.#stage('inference', inferenceMs);
    batch.forEach((job, i) => {
      job.settle({ scores: scores[i]!, queueMs: startMs - job.submittedMs, inferenceMs });
    });
  }

  async #oneByOne(batch: readonly Job[]): Promise<void> {
    for (const job of batch) {
      const now = this.#clock();
      if (this.#closed) this.#drop(job, 'closed');
      else if (now > job.closedMs + this.#options.inferenceDeadline) this.#drop(job, 'deadline');
      else await this.#runOnce([job], now).catch((error: unknown) => this.#drop(job, 'failed', error));
    }
  }

  #drop(job: Job, reason: DropReason, error?: unknown): void {
    this.#meter.count('emostream_dropped_total', { stage: 'inference', reason });
    if (error !== undefined) this.#meter.count('emostream_errors_total', { code: toEmostreamError(error).code });
    job.settle({ dropped: DROPPED[reason], reason });
  }

  #stage(stage: string, ms: number): void {
    this.#meter.observe('emostream_stage_duration_seconds', ms / 1000, { stage });
  }

  #reportDepth(): void {
    this.#meter.set('emostream_queue_depth', this.#batcher.size, { queue: 'inference' });
  }

  async #reportMemory(now: number): Promise<void> {
    if (now - this.#memoryAsked < MEMORY_INTERVAL) return;
    this.#memoryAsked = now;
    // Only a gauge: an engine that cannot answer fails its next batch, and that is counted.
    const memory = await this.#engine.memory().catch(() => null);
    if (memory) this.#meter.set('emostream_tensors', memory.tensors);
  }
}
