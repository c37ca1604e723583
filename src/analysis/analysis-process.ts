import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { Bulkhead } from '../common/bulkhead.js';
import { systemTime } from '../common/clock.js';
import { EmostreamError } from '../common/errors.js';
import type { Meter } from '../common/metrics.js';
import type { PictureAnswer } from '../common/picture-answer.js';
import { replay } from '../common/thread-meter.js';
import { workerUrl } from '../common/worker-url.js';
import type { TrackControl } from '../sfu/types.js';
import { childEnvironment } from './child-environment.js';
import { CrashMarker, MARKER_FD } from './crash-marker.js';
import type { AnalysisInspection, AnalysisOptions, FromAnalysis, ParticipantOutput, ToAnalysis } from './messages.js';
import { ProcessOutbox } from './process-outbox.js';

/**
 * A process reports twice a second. One that says nothing for so many looks, a second apart, hangs: some work of its own does not
 * end. Looks are counted, not time: nobody's time has passed while the machine slept.
 */
const LOOK_EVERY_MS = 1000;
const SILENT_LOOKS = 8;
/** Models are loaded, on a machine that may be busy. */
const START_PATIENCE_MS = 60_000;
const CLOSE_PATIENCE_MS = 2000;
/** What a process that is gone holds. */
const NOTHING: AnalysisInspection = { participants: 0, tracks: 0, decoders: 0, tensors: 0 };

export interface AnalysisProcessEvents {
  onOutput(key: number, output: ParticipantOutput): void;
  onParticipantFailed(key: number): void;
  onTrackOpened(handle: number): void;
  /** Something is to be asked of a track, or told. */
  onTrack(handle: number, ask: (control: TrackControl) => void): void;
  onLoad(step: number): void;
  /**
   * The process died unasked, or was ended because it hung. It is gone; whoever owns it starts another.
   * @param handle the track whose media were being handled then, if any
   */
  onDied(handle: number | null): void;
}

/** The main process's end of one analysis process. */
export class AnalysisProcess {
  readonly #child: ChildProcess;
  readonly #marker: CrashMarker;
  readonly #outbox: ProcessOutbox;
  readonly #meter: Meter;
  readonly #logger: Logger;
  readonly #inspections = new Map<number, (result: AnalysisInspection) => void>();
  #events: AnalysisProcessEvents | null = null;
  #onIdleDeath: () => void = () => undefined;
  #ports: readonly number[] = [];
  #nextInspection = 1;
  #closed = false;
  #dead = false;
  #silentLooks = 0;

  private constructor(child: ChildProcess, marker: CrashMarker, deps: { meter: Meter; logger: Logger }) {
    this.#child = child;
    this.#marker = marker;
    this.#meter = deps.meter;
    this.#logger = deps.logger;
    this.#outbox = new ProcessOutbox({
      write: (messages, read) => child.send(messages, read),
      refused: (handle, question) => this.#refuse(handle, { question, refused: 'overloaded' }),
      meter: deps.meter,
    });
  }

  /**
   * Resolves when the process has loaded its models and takes packets. Nobody hears of it before `serve`.
   * @param signal ends it while it starts
   * @throws EmostreamError INTERNAL, or CONFIG_INVALID when it cannot work as it is told to
   */
  static async start(
    options: AnalysisOptions,
    deps: { meter: Meter; logger: Logger },
    signal?: AbortSignal,
  ): Promise<AnalysisProcess> {
    signal?.throwIfAborted();
    const marker = new CrashMarker();
    const stdio: ('ignore' | 'inherit' | 'ipc' | number)[] = ['ignore', 'inherit', 'inherit', 'ipc'];
    stdio[MARKER_FD] = marker.fd;
    const child = fork(fileURLToPath(workerUrl(import.meta.url, './child/analysis-child.js')), {
      env: childEnvironment(process.env),
      execArgv: [],
      serialization: 'advanced',
      stdio,
    });
    const started = new AnalysisProcess(child, marker, deps);
    const abort = () => child.kill('SIGKILL');
    signal?.addEventListener('abort', abort);
    try {
      await started.#begin(options, deps);
      return started;
    } catch (error) {
      child.kill('SIGKILL');
      marker.close();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get alive(): boolean {
    return !this.#dead && !this.#closed;
  }

  /** UDP ports of 127.0.0.1 on which it takes packets. */
  get ports(): readonly number[] {
    return this.#ports;
  }

  /** It has nothing to do yet; whoever keeps it is told should it die meanwhile. */
  wait(onDied: () => void): void {
    this.#onIdleDeath = onDied;
    if (this.#dead) onDied();
  }

  /** It has something to do from now on. @throws nothing; of a process that died meanwhile `onDied` is told at once */
  serve(events: AnalysisProcessEvents): void {
    this.#events = events;
    if (this.#dead) events.onDied(null);
  }

  send(message: ToAnalysis): void {
    if (!this.alive) return;
    this.#outbox.push(message);
  }

  inspect(): Promise<AnalysisInspection> {
    if (!this.alive) return Promise.resolve(NOTHING);
    const id = this.#nextInspection++;
    return new Promise((resolve) => {
      this.#inspections.set(id, resolve);
      this.send({ type: 'inspect', id });
    });
  }

  /** Ends the process at once, as a crash would; `onDied` follows. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#child.kill(signal);
  }

  /** Ends the process after it has freed what it holds; after two seconds it is ended regardless. */
  async close(): Promise<void> {
    if (this.#closed || this.#dead) return;
    const ended = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.send({ type: 'stop' });
    this.#outbox.flush();
    this.#closed = true;
    const timer = setTimeout(() => this.kill(), CLOSE_PATIENCE_MS);
    await ended;
    clearTimeout(timer);
  }

  #begin(options: AnalysisOptions, deps: { meter: Meter; logger: Logger }): Promise<void> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const failed = (cause?: unknown) => {
        clearTimeout(timer);
        reject(new EmostreamError('INTERNAL', 'the analysis process did not start', { cause }));
      };
      const timer = setTimeout(failed, START_PATIENCE_MS);
      child.once('error', failed);
      child.once('exit', failed);
      child.once('message', (messages: FromAnalysis[]) => {
        clearTimeout(timer);
        child.off('error', failed);
        child.off('exit', failed);
        const first = messages.find(({ type }) => type === 'ready' || type === 'failed');
        if (first?.type === 'failed') return reject(new EmostreamError('CONFIG_INVALID', first.message));
        if (first?.type !== 'ready') return failed();
        this.#ports = first.ports;
        this.#watch(deps);
        resolve();
      });
      this.send({ type: 'start', options, aheadMs: systemTime.aheadMs });
    });
  }

  #watch(deps: { meter: Meter; logger: Logger }): void {
    const child = this.#child;
    // What belongs to a participant is caught there; the rest is only counted: the process goes on.
    const bulkhead = new Bulkhead('nothing', deps);
    child.on(
      'message',
      bulkhead.wrap((messages: FromAnalysis[]) => {
        this.#silentLooks = 0;
        for (const message of messages) bulkhead.attempt(() => this.#receive(message));
      }),
    );
    // Of a message that could not be sent; its end is told by `exit`.
    child.on('error', () => undefined);
    const looks = setInterval(
      bulkhead.wrap(() => {
        this.#silentLooks += 1;
        if (this.#silentLooks !== SILENT_LOOKS) return;
        this.#logger.error({ pid: this.pid }, 'an analysis process hangs; it is ended');
        this.kill();
      }),
      LOOK_EVERY_MS,
    );
    looks.unref();
    child.once(
      'exit',
      bulkhead.wrap((code: number | null, signal: string | null) => {
        clearInterval(looks);
        this.#end(code, signal);
      }),
    );
  }

  #end(code: number | null, signal: string | null): void {
    this.#dead = true;
    this.#outbox.close();
    const handle = this.#marker.read();
    this.#marker.close();
    for (const resolve of this.#inspections.values()) resolve(NOTHING);
    this.#inspections.clear();
    if (this.#closed) return;
    this.#logger.error({ pid: this.pid, code, signal, handlingMedia: handle !== null }, 'an analysis process ended');
    if (this.#events) this.#events.onDied(handle);
    else this.#onIdleDeath();
  }

  #refuse(handle: number, answer: PictureAnswer): void {
    this.#events?.onTrack(handle, (control) => control.answered?.(answer));
  }

  #receive(message: FromAnalysis): void {
    switch (message.type) {
      case 'output':
        return this.#events?.onOutput(message.key, message.output);
      case 'participantFailed':
        return this.#events?.onParticipantFailed(message.key);
      case 'trackOpened':
        return this.#events?.onTrackOpened(message.handle);
      case 'keyFrame':
        return this.#events?.onTrack(message.handle, (control) => control.requestKeyFrame());
      case 'trackProblem':
        return this.#events?.onTrack(message.handle, (control) => control.stop(message.problem));
      case 'pictureRefused':
        return this.#refuse(message.handle, { question: message.question, refused: message.why });
      case 'trackFlood':
        return this.#events?.onTrack(message.handle, (control) => control.flood());
      case 'load':
        return this.#events?.onLoad(message.step);
      case 'metrics':
        return replay(message.measurements, this.#meter);
      case 'inspection':
        this.#inspections.get(message.id)?.(message.result);
        this.#inspections.delete(message.id);
        return;
      case 'ready':
      case 'failed':
        return;
    }
  }
}
