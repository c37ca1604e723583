import { type Clock, systemClock } from '../common/clock.js';
import { toEmostreamError } from '../common/errors.js';
import { silentMeter, type Meter } from '../common/metrics.js';
import { waitAtMost } from '../common/wait-at-most.js';
import { FACE_SIZE } from '../features/types.js';
import type { BatchPace } from './batch-pace.js';
import { Batcher } from './batcher.js';
import { EarlyCrops } from './early-crops.js';
import { KeptEncodings, keyOf, type KeptCrop, type Person } from './kept-encodings.js';
import { MemoryGauge } from './memory-gauge.js';
import { validateInput } from './network/validate-input.js';
import { DROPPED, type DropReason, type Outcome, type WindowJob } from './outcome.js';
import type { BatchRunnerOptions, RunnerEngine } from './runner-options.js';
import type { EngineInput, SettledCrop } from './types.js';
import { engineInput, faceKept, keep, namedCrops } from './window-inputs.js';

interface Job extends WindowJob {
  closedMs: number;
  submittedMs: number;
  person: Person;
  settle(outcome: Outcome): void;
}

/** Fills a batch up to its padded size. Its scores are thrown away. */
const PADDING: EngineInput = { face: null, voice: null, words: null };
/** Encodings are kept for so long past the horizon of revisions, ms: words that come at the last moment take a while, too. */
const KEEP_LONGER = 2000;

/**
 * Feeds an engine with batches from all participants: windows, and before them face crops, which are encoded while no window is
 * due. The engine gets as many batches at a time as it has lanes; while they run, the next ones fill. What was encoded is kept
 * for revisions. A batch that fails is run again window by window, so that one bad window costs only itself.
 */
export class BatchRunner {
  readonly #engine: RunnerEngine;
  readonly #options: BatchRunnerOptions;
  readonly #clock: Clock;
  readonly #meter: Meter;
  readonly #batcher: Batcher<Job>;
  readonly #crops: EarlyCrops;
  readonly #kept: KeptEncodings;
  readonly #memory: MemoryGauge;
  #padTo: readonly number[];
  /** The latest outcome to come for each participant with one pending. */
  readonly #last = new Map<string, Promise<Outcome>>();
  /** What the engine has. */
  readonly #judging = new Set<Job>();
  /** Batches that the engine has, and since when. */
  readonly #running = new Map<Promise<void>, number>();
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  /** @param engine loaded and warmed up; not disposed by the runner */
  constructor(
    engine: RunnerEngine,
    options: BatchRunnerOptions,
    { clock = systemClock, meter = silentMeter }: { clock?: Clock; meter?: Meter } = {},
  ) {
    this.#engine = engine;
    this.#options = options;
    this.#clock = clock;
    this.#meter = meter;
    const { maxBatch, maxQueueDelay, inferenceDeadline: deadline, inferenceQueue: capacity } = options;
    this.#batcher = new Batcher<Job>({ maxBatch, maxQueueDelay, deadline, capacity }, (job, reason) =>
      this.#drop(job, reason === 'deadline' && this.#hangs() ? 'no-answer' : reason),
    );
    this.#crops = new EarlyCrops(engine, meter, { batch: options.maxBatch, capacity: 2 * options.inferenceQueue });
    this.#memory = new MemoryGauge(engine, meter);
    this.#padTo = options.padTo ?? [];
    this.#kept = new KeptEncodings(options.wordsRevisionHorizon + KEEP_LONGER);
  }

  /** How windows are gathered from now on: another engine has another pace. */
  retune(pace: BatchPace): void {
    this.#padTo = pace.padTo;
    this.#batcher.retune(pace);
    this.#crops.batch = pace.maxBatch;
    this.#pump();
  }

  get maxBatch(): number {
    return this.#batcher.maxBatch;
  }

  /** Windows waiting for a batch. */
  get waiting(): number {
    return this.#batcher.size;
  }

  /** People of whom encodings are kept. */
  get remembered(): number {
    return this.#kept.size;
  }

  /** Takes a face crop that a window will name, to be encoded before that. Never throws. */
  crop({ room, participant, id, pixels }: SettledCrop): void {
    if (this.#closed) return;
    if (!Number.isSafeInteger(id) || pixels.length !== FACE_SIZE * FACE_SIZE) {
      this.#countCrops('crop-invalid', 1);
      return;
    }
    const now = this.#clock();
    const person = this.#kept.of(room, participant, now);
    const { added, gone } = person.addCrop(id, pixels, now);
    const oldest = this.#crops.push(added);
    oldest?.owner.dropCrop(oldest);
    this.#countCrops('crop-overflow', this.#crops.drop(gone) + (oldest ? 1 : 0));
    this.#pump();
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

  /**
   * Drops what waits and forgets what is kept of a participant who left or withdrew consent. A batch that is running is not
   * stopped; nothing of it is kept.
   */
  cancel(room: string, participant: string): void {
    const gone = this.#batcher.remove((job) => job.room === room && job.participant === participant);
    for (const job of gone) this.#drop(job, 'cancelled');
    this.#crops.drop(this.#kept.forget(room, participant)?.crops ?? []);
    this.#reportDepth();
  }

  /**
   * Drops what waits, and resolves when the running batches are done, or after `patienceMs` where the engine hangs: disposing
   * of the engine then fails them.
   */
  async close(patienceMs = Infinity): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    for (const job of this.#batcher.remove(() => true)) this.#drop(job, 'closed');
    this.#reportDepth();
    const idle = Promise.all(this.#running.keys());
    if (this.#running.size === 0 || patienceMs === Infinity) return void (await idle);
    await waitAtMost(patienceMs, idle);
  }

  #enqueue(window: WindowJob): Promise<Outcome> {
    return new Promise((settle) => {
      const now = this.#clock();
      const person = this.#kept.of(window.room, window.participant, now);
      const job = { ...window, closedMs: window.features.timing.closedMs, submittedMs: now, person, settle };
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

  /** Gives up what is past its deadline, starts what is due while a lane is free, and sets the timer for the next time. */
  #pump(): void {
    if (this.#closed) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const now = this.#clock();
    this.#giveUp(now);
    this.#crops.drop(this.#kept.sweep(now));
    while (this.#running.size < this.#engine.lanes) {
      const batch = this.#batcher.take(now);
      const crops = batch.length > 0 ? [] : this.#crops.take(now);
      if (batch.length + crops.length === 0) break;
      const running: Promise<void> = (batch.length > 0 ? this.#run(batch, now) : this.#encode(crops)).finally(() => {
        this.#running.delete(running);
        this.#pump();
      });
      this.#running.set(running, now);
    }
    this.#reportDepth();
    const due = this.#nextDue(now);
    // A timer may fire a little early by another clock; it then finds nothing due and is set again.
    if (due < Infinity) this.#timer = setTimeout(() => this.#pump(), Math.max(1, Math.ceil(due - now)));
  }

  #nextDue(now: number): number {
    let due = this.#batcher.earliest();
    for (const { closedMs } of this.#judging) due = Math.min(due, closedMs);
    due += this.#options.inferenceDeadline + 1;
    if (this.#running.size >= this.#engine.lanes) return due;
    return Math.min(due, this.#batcher.nextDue(now) ?? Infinity, this.#crops.nextDue(now) ?? Infinity);
  }

  /** An engine that hangs must not keep anybody waiting: its answer is of no use any more. */
  #giveUp(now: number): void {
    this.#batcher.expire(now);
    for (const job of this.#judging) if (this.#tooLate(job, now)) this.#drop(job, 'no-answer');
  }

  /** No lane has been free for longer than any window may wait. */
  #hangs(): boolean {
    if (this.#running.size < this.#engine.lanes) return false;
    const latest = Math.max(...this.#running.values());
    return this.#clock() > latest + this.#options.inferenceDeadline;
  }

  #tooLate(job: Job, now: number): boolean {
    return now > job.closedMs + this.#options.inferenceDeadline;
  }

  async #encode(crops: readonly KeptCrop[]): Promise<void> {
    // What fails is tried again with the window that names it.
    await this.#crops.encode(crops, 'early').catch((error: unknown) => this.#countError(error));
  }

  async #run(batch: readonly Job[], startMs: number): Promise<void> {
    this.#meter.observe('emostream_batch_size', batch.length);
    for (const job of batch) {
      this.#stage('queue', startMs - job.submittedMs);
      this.#judging.add(job);
    }
    try {
      await this.#runOnce(batch, startMs);
    } catch (error) {
      this.#countError(error);
      const [only] = batch;
      if (batch.length > 1) await this.#oneByOne(batch);
      else if (this.#judging.has(only!)) this.#drop(only!, 'failed');
    }
    // Not waited for: of several threads one may hang.
    this.#memory.report(startMs).catch(() => undefined);
  }

  /** @throws what the engine throws; then no job of the batch is settled */
  async #runOnce(batch: readonly Job[], startMs: number): Promise<void> {
    const named = batch.filter(({ features, person }) => !faceKept(features, person));
    const crops = named.flatMap(({ features, person }) => namedCrops(features, person));
    if (crops.length > 0) await this.#crops.encodeFor(crops);
    const inputs = batch.map(({ features, person }) => engineInput(features, person, this.#meter));
    const size = this.#padTo.find((padded) => padded >= inputs.length) ?? inputs.length;
    while (inputs.length < size) inputs.push(PADDING);
    const judged = await this.#engine.run(inputs);
    if (judged.length !== inputs.length) {
      throw new Error(`The engine answered ${judged.length} scores for ${inputs.length} windows.`);
    }
    const now = this.#clock();
    this.#stage('inference', now - startMs);
    batch.forEach((job, i) => {
      if (!job.passing) keep(job.features, job.person, inputs[i]!, judged[i]!, now);
      // Otherwise it was given up while the engine had it.
      if (!this.#judging.delete(job)) return;
      job.settle({ scores: judged[i]!.scores, queueMs: startMs - job.submittedMs, inferenceMs: now - startMs });
    });
  }

  async #oneByOne(batch: readonly Job[]): Promise<void> {
    for (const job of batch) {
      if (!this.#judging.has(job)) continue;
      const now = this.#clock();
      if (this.#closed) this.#drop(job, 'closed');
      else if (this.#tooLate(job, now)) this.#drop(job, 'deadline');
      else {
        await this.#runOnce([job], now).catch((error: unknown) => {
          if (this.#judging.has(job)) this.#drop(job, 'failed', error);
        });
      }
    }
  }

  #drop(job: Job, reason: DropReason, error?: unknown): void {
    this.#judging.delete(job);
    this.#meter.count('emostream_dropped_total', { stage: 'inference', reason });
    if (error !== undefined) this.#countError(error);
    job.settle({ dropped: DROPPED[reason], reason });
  }

  #countCrops(reason: 'crop-invalid' | 'crop-overflow', by: number): void {
    if (by > 0) this.#meter.count('emostream_dropped_total', { stage: 'inference', reason }, by);
  }

  #countError(error: unknown): void {
    this.#meter.count('emostream_errors_total', { code: toEmostreamError(error).code });
  }

  #stage(stage: string, ms: number): void {
    this.#meter.observe('emostream_stage_duration_seconds', ms / 1000, { stage });
  }

  #reportDepth(): void {
    this.#meter.set('emostream_queue_depth', this.#batcher.size, { queue: 'inference' });
  }
}
