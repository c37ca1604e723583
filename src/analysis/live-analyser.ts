import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import { Bulkhead } from '../common/bulkhead.js';
import type { Clock } from '../common/clock.js';
import { EmostreamError } from '../common/errors.js';
import { scheduleTimeout } from '../common/schedule.js';
import type { Meter } from '../common/metrics.js';
import type { SpanSink } from '../common/spans.js';
import type { Config } from '../config/schema.js';
import type { EventBus } from '../events/bus.js';
import { chooseHearing, type Hearing, type SpeechChoice, type VoiceEncoderState } from '../speech/index.js';
import type { Analyser, ParticipantAnalysis, ShownWords } from '../sfu/types.js';
import { AnalysedParticipant } from './analysed-participant.js';
import { analysisOptions } from './analysis-options.js';
import { AnalysisProcess } from './analysis-process.js';
import { CrashLedger, type Suspicion } from './crash-ledger.js';
import type { AnalysisInspection, AnalysisOptions } from './messages.js';
import { ProcessSlot } from './process-slot.js';
import { Standby } from './standby.js';
import { WaitingPeople } from './waiting-people.js';
import { type Owner, TrackOwners } from './track-owners.js';
import { peopleAtOnce, WindowPhases } from './window-phases.js';
import { WindowPublisher, type WindowRunner } from './window-publisher.js';
import { WordsShowing } from './words-showing.js';

export interface LiveAnalyserDeps {
  config: Config;
  bus: EventBus;
  runner: WindowRunner & { readonly maxBatch: number };
  engine: { name: string; model: string };
  /** The model knows what to make of what pretrained encoders hear. */
  hears: boolean;
  meter: Meter;
  clock: Clock;
  logger: Logger;
  /** Where traces of windows go; not given: nowhere. */
  spans?: SpanSink | undefined;
}

/** A process takes so many people, a third of a core, before another is started beside it: each costs something of its own. */
const PEOPLE_BEFORE_ANOTHER = 24;
/** Most processes of their own accord: past it the engine, not the decoding, is what a machine lacks. */
const MOST_BY_DEFAULT = 8;
/** Somebody whose media were handled when a process ended comes back so much later than the others, ms. */
const SUSPECT_PAUSE_MS = 1000;

/**
 * The analyser of the live server: a few processes, each with a share of the participants, and one more that waits to take the
 * place of any. Whoever's media were being handled when a process ended is analysed in a process apart from then on, and not at
 * all when it happens again and again.
 */
export class LiveAnalyser implements Analyser {
  /** As it was at the start: what is installed later is used from the next start on. */
  readonly speech: SpeechChoice;
  readonly voiceEncoder: VoiceEncoderState;
  readonly #deps: LiveAnalyserDeps;
  readonly #options: AnalysisOptions;
  readonly #bulkhead: Bulkhead;
  readonly #standby: Standby;
  readonly #slots: ProcessSlot[] = [];
  readonly #ledger = new CrashLedger();
  /** Rooms that somebody of the ledger has left: who comes next may be the same person under another name. */
  readonly #leftRooms = new CrashLedger();
  readonly #owners = new TrackOwners<AnalysedParticipant>(() => this.#deps.clock());
  readonly #phases: WindowPhases;
  readonly #waiting = new WaitingPeople(
    () => !this.#isFull(),
    (participant) => this.#place(participant, this.#slotFor(false)),
  );
  readonly #mostSlots: number;
  #nextKey = 1;
  #closed = false;

  private constructor(deps: LiveAnalyserDeps, { speech, voiceEncoder }: Hearing) {
    this.#deps = deps;
    this.#bulkhead = new Bulkhead('nothing', deps);
    this.speech = speech;
    this.voiceEncoder = voiceEncoder;
    const options = (this.#options = analysisOptions(deps.config, speech, voiceEncoder));
    const { analysisProcesses } = deps.config;
    this.#mostSlots = analysisProcesses || Math.min(MOST_BY_DEFAULT, availableParallelism());
    this.#phases = new WindowPhases(() => peopleAtOnce(deps.runner.maxBatch, voiceEncoder === 'on'));
    this.#standby = new Standby((signal) => AnalysisProcess.start(options, deps, signal), {
      bulkhead: this.#bulkhead,
      logger: deps.logger,
    });
  }

  /** Resolves when the first process takes packets. @throws EmostreamError INTERNAL or CONFIG_INVALID when it cannot */
  static async create(deps: LiveAnalyserDeps): Promise<LiveAnalyser> {
    const { config, hears, logger } = deps;
    const onDamage = (file: string): void => logger.warn({ file }, 'a file is not what was installed, and is not used');
    const analyser = new LiveAnalyser(deps, await chooseHearing(config, hears, onDamage));
    const process = await AnalysisProcess.start(analyser.#options, deps);
    analyser.#run(analyser.#addSlot(false), process);
    analyser.#standby.prepare();
    return analyser;
  }

  open(who: { room: string; participant: string }, onWords: (words: ShownWords) => void = ignore): ParticipantAnalysis {
    if (this.#closed) throw new EmostreamError('CLOSED', 'the server is closing');
    const suspicion = this.#suspicionOf(who);
    const waits = suspicion === 'none' && this.#isFull();
    // Who is set aside needs no place in a process.
    const slot = waits || suspicion === 'set-aside' ? null : this.#slotFor(suspicion === 'suspect');
    const key = this.#nextKey++;
    const { bus, meter, logger, clock, config } = this.#deps;
    const phaseMs = this.#phases.take();
    const participant: AnalysedParticipant = new AnalysedParticipant({
      key,
      who,
      phaseMs,
      process: slot?.process ?? null,
      waitsFor: waits ? 'overloaded' : null,
      refusal: suspicion === 'set-aside' ? 'analysis-crash' : null,
      publisher: (analysing, bulkhead) =>
        new WindowPublisher(who, { ...this.#deps, smoothingMs: config.smoothing }, analysing, bulkhead),
      words: new WordsShowing({ clock, meter, tell: onWords }),
      bus,
      meter,
      logger,
      clock,
      registerTrack: () => this.#owners.register(participant),
      releaseTrack: (handle) => this.#owners.release(handle),
      onClosed: () => {
        if (this.#ledger.of(nameOf(who), clock()) !== 'none') this.#leftRooms.crashed(who.room, clock());
        for (const { people } of this.#slots) people.delete(key);
        this.#waiting.remove(key);
        this.#phases.release(phaseMs);
        this.#endEmptyQuarantine();
      },
    });
    if (slot) slot.people.set(key, participant);
    else if (waits) {
      this.#waiting.add(participant);
      meter.count('emostream_refused_total', { what: 'analysis' });
    }
    return participant;
  }

  #suspicionOf(who: Owner['who']): Suspicion {
    const own = this.#ledger.of(nameOf(who), this.#deps.clock());
    const left = this.#leftRooms.of(who.room, this.#deps.clock()) !== 'none';
    return own === 'none' && left ? 'suspect' : own;
  }

  /** Every process that there may be is full: one more would cost the others their answers. */
  #isFull(): boolean {
    const usual = this.#slots.filter(({ quarantine }) => !quarantine);
    return usual.length >= this.#mostSlots && usual.every(({ full }) => full);
  }

  #place(participant: AnalysedParticipant, slot: ProcessSlot): void {
    slot.people.set(participant.key, participant);
    if (slot.process) participant.moveTo(slot.process);
  }

  /** All processes run. */
  get healthy(): boolean {
    return this.#slots.every((slot) => slot.process?.alive);
  }

  /** Process ids, for diagnosis and drills. */
  get pids(): number[] {
    return this.#slots.flatMap(({ process }) => (process ? [process.pid] : []));
  }

  /** What the processes hold, for leak tests and diagnosis. */
  inspect(): Promise<AnalysisInspection[]> {
    return Promise.all(this.#slots.flatMap(({ process }) => (process ? [process.inspect()] : [])));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const people = [...this.#slots.flatMap((slot) => [...slot.people.values()]), ...this.#waiting.people];
    for (const participant of people) participant.close('server-closing');
    this.#waiting.close();
    await Promise.all([this.#standby.close(), ...this.#slots.map(({ process }) => process?.close())]);
  }

  /** A call must not fail because its analysis does: while no process runs, one waits where another will. */
  #slotFor(suspect: boolean): ProcessSlot {
    if (suspect) return this.#slots.find((slot) => slot.quarantine) ?? this.#begin(this.#addSlot(true));
    const usual = this.#slots.filter((slot) => !slot.quarantine);
    const [best] = usual.sort(
      (a, b) =>
        Number(!b.process) - Number(!a.process) || Number(a.full) - Number(b.full) || a.people.size - b.people.size,
    );
    const hasRoom = best && !best.full && best.people.size < PEOPLE_BEFORE_ANOTHER;
    if (best && (hasRoom || usual.length >= this.#mostSlots)) return best;
    const another = this.#standby.take();
    if (!another) return best ?? this.#begin(this.#addSlot(false));
    return this.#run(this.#addSlot(false), another);
  }

  #addSlot(quarantine: boolean): ProcessSlot {
    const slot = new ProcessSlot(quarantine);
    this.#slots.push(slot);
    return slot;
  }

  /** Gives the slot the process that waits, or the next one, and with it everybody who waits in the slot. */
  #begin(slot: ProcessSlot): ProcessSlot {
    this.#standby.next((process) => {
      if (this.#closed || !this.#slots.includes(slot)) return void this.#bulkhead.attempt(() => process.close());
      this.#run(slot, process);
    });
    return slot;
  }

  #run(slot: ProcessSlot, process: AnalysisProcess): ProcessSlot {
    slot.process = process;
    this.#deps.logger.info({ pid: process.pid, quarantine: slot.quarantine }, 'an analysis process takes people');
    const owner = (handle: number, act: (participant: AnalysedParticipant) => void) => {
      const participant = this.#owners.of(handle);
      participant?.bulkhead.attempt(() => act(participant));
    };
    process.serve({
      onOutput: (key, output) => {
        const participant = slot.people.get(key);
        if (participant) return participant.bulkhead.attempt(() => participant.output(output));
        this.#deps.meter.count('emostream_dropped_total', { stage: 'publish', reason: 'participant-ended' });
      },
      onParticipantFailed: (key) => slot.people.get(key)?.close('failed'),
      onTrackOpened: (handle) => owner(handle, (participant) => participant.trackOpened(handle)),
      onTrack: (handle, ask) => owner(handle, (participant) => participant.askTrack(handle, ask)),
      onLoad: (step) => this.#loaded(slot, step),
      onDied: (handle) => this.#replace(slot, handle),
    });
    for (const participant of slot.people.values()) {
      participant.bulkhead.attempt(() => participant.moveTo(process));
    }
    return slot;
  }

  /** A process died: another takes its people. Packets sent meanwhile went nowhere, which the gap events tell. */
  #replace(slot: ProcessSlot, handle: number | null): void {
    slot.process = null;
    this.#loaded(slot, 0);
    for (const participant of slot.people.values()) participant.interrupt();
    if (this.#closed) return;
    this.#deps.meter.count('emostream_worker_restarts_total', { worker: 'analysis' });
    const suspect = handle === null ? undefined : this.#owners.whose(handle);
    if (suspect) this.#suspect(slot, suspect);
    if (slot.quarantine && slot.people.size === 0) this.#endEmptyQuarantine();
    else this.#begin(slot);
  }

  /** Who left meanwhile is remembered as well. */
  #suspect(slot: ProcessSlot, { key, who }: Owner): void {
    const { clock, meter, logger } = this.#deps;
    this.#ledger.crashed(nameOf(who), clock());
    const isSetAside = this.#ledger.of(nameOf(who), clock()) === 'set-aside';
    logger.error({ ...who, isSetAside }, 'a process ended while the media of this participant were being handled');
    const participant = slot.people.get(key);
    if (!participant) return this.#leftRooms.crashed(who.room, clock());
    if (isSetAside) {
      meter.count('emostream_set_asides_total', { reason: 'analysis-crash' });
      return participant.setAside('analysis-crash');
    }
    slot.people.delete(key);
    scheduleTimeout(
      SUSPECT_PAUSE_MS,
      participant.bulkhead.wrap(() => {
        if (this.#closed || participant.closed) return;
        this.#place(participant, this.#slotFor(true));
      }),
    );
  }

  #loaded(slot: ProcessSlot, step: number): void {
    if (step !== slot.loadStep && !this.#closed) {
      this.#deps.logger.info({ pid: slot.process?.pid, step }, 'what gives way in an analysis process has changed');
    }
    slot.loaded(step);
    this.#deps.meter.set('emostream_load_step', this.loadStep);
  }

  /** What gives way in the process that has most to do, 0 to 4. */
  get loadStep(): number {
    return Math.max(0, ...this.#slots.map(({ loadStep }) => loadStep));
  }

  #endEmptyQuarantine(): void {
    for (const slot of this.#slots.filter(({ quarantine, people }) => quarantine && people.size === 0)) {
      this.#slots.splice(this.#slots.indexOf(slot), 1);
      const { process } = slot;
      if (process) this.#bulkhead.attempt(() => process.close());
    }
    this.#deps.meter.set('emostream_load_step', this.loadStep);
  }
}

const ignore = (): void => undefined;

function nameOf({ room, participant }: { room: string; participant: string }): string {
  return JSON.stringify([room, participant]);
}
