import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import { Bulkhead } from '../common/bulkhead.js';
import type { Clock } from '../common/clock.js';
import { EmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import type { Config } from '../config/schema.js';
import type { EventBus } from '../events/bus.js';
import type { Analyser, ParticipantAnalysis } from '../sfu/types.js';
import { AnalysedParticipant } from './analysed-participant.js';
import { AnalysisThread, type AnalysisThreadEvents } from './analysis-thread.js';
import type { AnalysisInspection } from './messages.js';
import { WindowPublisher, type WindowRunner } from './window-publisher.js';

export interface LiveAnalyserDeps {
  config: Config;
  bus: EventBus;
  runner: WindowRunner;
  engine: { name: string; model: string };
  meter: Meter;
  clock: Clock;
  logger: Logger;
}

interface Slot {
  index: number;
  thread: AnalysisThread;
  /** False from a thread's death until another has taken its place; participants wait for that, also those who come new. */
  running: boolean;
  participants: Map<number, AnalysedParticipant>;
}

/** The analyser of the live server: a few threads, each with a share of the participants. */
export class LiveAnalyser implements Analyser {
  readonly #deps: LiveAnalyserDeps;
  readonly #bulkhead: Bulkhead;
  readonly #slots: Slot[] = [];
  /** Track handle → its participant, for key frame requests. */
  readonly #owners = new Map<number, AnalysedParticipant>();
  #nextKey = 1;
  #nextHandle = 1;
  #closed = false;

  private constructor(deps: LiveAnalyserDeps) {
    this.#deps = deps;
    this.#bulkhead = new Bulkhead('nothing', deps);
  }

  static async create(deps: LiveAnalyserDeps): Promise<LiveAnalyser> {
    const analyser = new LiveAnalyser(deps);
    const count = deps.config.analysisThreads || Math.max(1, Math.floor(availableParallelism() / 2));
    for (let index = 0; index < count; index++) {
      const participants: Slot['participants'] = new Map();
      analyser.#slots.push({ index, thread: await analyser.#startThread(index), running: true, participants });
    }
    return analyser;
  }

  open(who: { room: string; participant: string }): ParticipantAnalysis {
    if (this.#closed) throw new EmostreamError('CLOSED', 'the server is closing');
    // A call must not fail because its analysis does: while no thread runs, one waits where another will.
    const slot = [...this.#slots].sort(
      (a, b) => Number(b.running) - Number(a.running) || a.participants.size - b.participants.size,
    )[0]!;
    const key = this.#nextKey++;
    const { bus, meter, logger, clock } = this.#deps;
    const participant: AnalysedParticipant = new AnalysedParticipant({
      key,
      who,
      thread: slot.thread,
      publisher: (analysing) =>
        new WindowPublisher(who, { ...this.#deps, smoothingMs: this.#deps.config.smoothing }, analysing),
      bus,
      meter,
      logger,
      clock,
      registerTrack: () => {
        const handle = this.#nextHandle++;
        this.#owners.set(handle, participant);
        return handle;
      },
      releaseTrack: (handle) => this.#owners.delete(handle),
      onClosed: () => slot.participants.delete(key),
    });
    slot.participants.set(key, participant);
    return participant;
  }

  /** All threads run. */
  get healthy(): boolean {
    return this.#slots.every((slot) => slot.running);
  }

  /** What the threads hold, for leak tests and diagnosis. */
  async inspect(): Promise<AnalysisInspection[]> {
    return Promise.all(this.#slots.filter((slot) => slot.running).map((slot) => slot.thread.inspect()));
  }

  /** Ends a thread as a crash would: fault injection for tests and drills. Its participants move to a new one. */
  async killThread(index: number): Promise<void> {
    await this.#slots[index]?.thread.kill();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const slot of this.#slots)
      for (const participant of slot.participants.values()) participant.close('server-closing');
    await Promise.all(this.#slots.filter((slot) => slot.running).map((slot) => slot.thread.close()));
  }

  #startThread(index: number): Promise<AnalysisThread> {
    const participant = (key: number) => this.#slots[index]?.participants.get(key);
    const events: AnalysisThreadEvents = {
      onWindow: ({ key, generation, features }) => {
        const owner = participant(key);
        if (owner) owner.bulkhead.attempt(() => owner.window(features, generation));
        else this.#deps.meter.count('emostream_dropped_total', { stage: 'publish', reason: 'participant-ended' });
      },
      onSkipped: ({ key, startMs, endMs }) => {
        const owner = participant(key);
        owner?.bulkhead.attempt(() => owner.skipped(startMs, endMs));
      },
      onKeyFrame: (handle) => {
        const owner = this.#owners.get(handle);
        owner?.bulkhead.attempt(() => owner.keyFrame(handle));
      },
      onTrackProblem: (handle, problem) => {
        const owner = this.#owners.get(handle);
        owner?.bulkhead.attempt(() => owner.trackProblem(handle, problem));
      },
      onDied: () => {
        const slot = this.#slots[index];
        if (slot) this.#bulkhead.attempt(() => this.#replace(slot));
      },
    };
    const { config, meter, logger } = this.#deps;
    return AnalysisThread.start(
      {
        index,
        allowedLatenessMs: config.allowedLateness,
        wordsRevisionHorizonMs: config.wordsRevisionHorizon,
        faceCrops: config.faceCrops,
        transcriber: config.transcriber ?? null,
        maxPixelRate: config.maxPixelRate,
      },
      { events, meter, logger },
    );
  }

  /** A thread died: another takes its participants. Packets sent meanwhile went nowhere, which the gap events tell. */
  async #replace(slot: Slot): Promise<void> {
    slot.running = false;
    if (this.#closed) return;
    this.#deps.meter.count('emostream_worker_restarts_total', { worker: 'analysis' });
    this.#deps.logger.error({ thread: slot.index }, 'analysis thread died; starting another');
    try {
      const thread = await this.#startThread(slot.index);
      if (this.#closed) return await thread.close();
      slot.thread = thread;
      slot.running = true;
      for (const participant of slot.participants.values()) {
        participant.bulkhead.attempt(() => participant.moveTo(thread));
      }
    } catch (error) {
      this.#deps.logger.fatal({ err: error }, 'analysis thread cannot be started; trying again in a second');
      setTimeout(
        this.#bulkhead.wrap(() => this.#replace(slot)),
        1000,
      ).unref();
    }
  }
}
