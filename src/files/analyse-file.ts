import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { WindowPublisher } from '../analysis/window-publisher.js';
import { Bulkhead } from '../common/bulkhead.js';
import { EmostreamError } from '../common/errors.js';
import { silentMeter } from '../common/metrics.js';
import type { Engine } from '../inference/types.js';
import type { FileProblem } from '../media/file/problems.js';
import { EventFile, readBegun } from './event-file.js';
import { FileProcess } from './file-process.js';
import { BATCH, FixedBatches } from './fixed-batches.js';
import type { Caption, FileInfo, FileJob, FromFile, StageSeconds } from './messages.js';
import { WordFile } from './word-file.js';

export interface AnalyseOptions {
  path: string;
  /** Folder for what is written; made if it is not there. */
  out: string;
  captions: readonly Caption[] | null;
  /** Goes on with what an earlier run left there. */
  resume: boolean;
  settings: Omit<FileJob, 'path' | 'name' | 'captions' | 'skip'>;
  engine: Pick<Engine, 'run'>;
  identity: { name: string; model: string };
  smoothingMs: number;
  onOpened?: (info: FileInfo) => void;
  /** @param seconds judged so far */
  onProgress?: (seconds: number) => void;
  /** Ends it: what is done stays. */
  signal?: AbortSignal;
}

export interface Analysed {
  info: FileInfo | null;
  /** Of the recording; of what was read of it, where it was not read to its end, ms. */
  durationMs: number;
  seconds: number;
  problems: FileProblem[];
  stages: StageSeconds;
  /** CPU time of the process that decoded it, all its threads, seconds. */
  cpuSeconds: number;
  /** Null: it came to its end. */
  failure: EmostreamError | 'interrupted' | null;
}

export const EVENTS_FILE = 'events.jsonl';
export const WORDS_FILE = 'words.jsonl';
/** So many seconds before those that are wanted are judged again, for smoothing to be where it was: 32 of its usual time constants. */
const LEAD_SECONDS = 64;

/**
 * A recording → its events and words, as files. Whatever it holds is decoded in a process of its own.
 * @throws EmostreamError only of the folder and its files; what is wrong with the recording is in the answer
 */
export async function analyseFile(options: AnalyseOptions): Promise<Analysed> {
  mkdirSync(options.out, { recursive: true });
  const begun = options.resume ? readBegun(join(options.out, EVENTS_FILE)) : null;
  const name = basename(options.path);
  const who = { room: roomOf(name), participant: 'p1' };
  const words = new WordFile(
    join(options.out, WORDS_FILE),
    who,
    options.settings.speechModel?.language ?? null,
    begun !== null,
  );
  const events = new EventFile(join(options.out, EVENTS_FILE), begun);
  try {
    if (begun?.isWhole) {
      const durationMs = begun.seconds * 1000;
      return { info: null, durationMs, seconds: begun.seconds, problems: [], stages: {}, cpuSeconds: 0, failure: null };
    }
    return await new Analysis(options, { name, who, events, words, done: begun?.seconds ?? 0 }).run();
  } finally {
    events.close();
    words.close();
  }
}

interface Files {
  name: string;
  who: { room: string; participant: string };
  events: EventFile;
  words: WordFile;
  /** Seconds that an earlier run judged. */
  done: number;
}

class Analysis {
  readonly #options: AnalyseOptions;
  readonly #files: Files;
  readonly #runner: FixedBatches;
  readonly #publisher: WindowPublisher;
  readonly #skip: number;
  readonly #result: Analysed;
  #process: FileProcess | null = null;
  #ended: (failure: Analysed['failure']) => void = () => undefined;

  constructor(options: AnalyseOptions, files: Files) {
    this.#options = options;
    this.#files = files;
    this.#runner = new FixedBatches(options.engine);
    const fail = (error: unknown): void => this.#end(toFailure(error));
    this.#publisher = new WindowPublisher(
      files.who,
      {
        runner: this.#runner,
        bus: { publish: (event) => this.#publish(event) },
        meter: silentMeter,
        // Only differences of it are told.
        clock: () => performance.now(),
        engine: options.identity,
        smoothingMs: options.smoothingMs,
      },
      () => true,
      new Bulkhead('nothing', {
        meter: silentMeter,
        logger: { error: (entry: unknown) => fail((entry as { err: unknown }).err) },
      }),
    );
    this.#publisher.begin(1);
    // A whole number of batches: each has the same windows again.
    this.#skip = Math.max(0, Math.floor((files.done - LEAD_SECONDS) / BATCH) * BATCH);
    this.#result = {
      info: null,
      durationMs: 0,
      seconds: files.done,
      problems: [],
      stages: {},
      cpuSeconds: 0,
      failure: null,
    };
  }

  async run(): Promise<Analysed> {
    const { path, captions, settings, signal } = this.#options;
    const ended = new Promise<Analysed['failure']>((resolve) => (this.#ended = resolve));
    const abort = (): void => this.#end('interrupted');
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    const job = { ...settings, path, name: this.#files.name, captions, skip: this.#skip };
    this.#process = new FileProcess(job, (message) => this.#take(message));
    const failure = await ended;
    signal?.removeEventListener('abort', abort);
    await this.#process.close();
    await this.#runner.settle(failure !== 'interrupted');
    // What was judged becomes events in a later turn.
    await new Promise((resolve) => setImmediate(resolve));
    const result = this.#result;
    result.seconds = this.#files.events.seconds;
    result.stages = { ...result.stages, network: this.#runner.seconds };
    result.failure = failure ?? (this.#runner.failure === null ? null : toFailure(this.#runner.failure));
    if (result.failure === null) this.#publishEnd();
    else result.durationMs ||= result.seconds * 1000;
    return result;
  }

  #take(message: FromFile): void {
    switch (message.type) {
      case 'opened':
        return this.#opened(message.info);
      case 'output':
        return this.#output(message.output);
      case 'done':
        Object.assign(this.#result, {
          durationMs: message.durationMs,
          problems: message.problems,
          stages: message.stages,
          cpuSeconds: message.cpuSeconds,
        });
        return this.#ended(null);
      case 'failed':
        return this.#end(new EmostreamError(message.code, message.message));
    }
  }

  #opened(info: FileInfo): void {
    this.#result.info = info;
    const { events, who, words } = this.#files;
    if (this.#files.done === 0 && events.seconds === 0) {
      const analysed = { face: info.hasVideo, voice: info.hasAudio, words: info.words !== 'none' };
      events.publish({ type: 'begin', ...who, at: 0, analysed });
    }
    for (const [i, caption] of (this.#options.captions ?? []).entries()) words.caption(i + 1, caption);
    this.#options.onOpened?.(info);
  }

  #output(output: Extract<FromFile, { type: 'output' }>['output']): void {
    if (output.type === 'words') return this.#files.words.recognised(output.words);
    if (output.type !== 'window') return;
    if (output.features.startMs < this.#skip * 1000) this.#process?.taken(1);
    else this.#publisher.take(output);
  }

  #publish(event: Parameters<EventFile['publish']>[0]): ReturnType<EventFile['publish']> {
    const published = this.#files.events.publish(event);
    this.#process?.taken(1);
    this.#options.onProgress?.(this.#files.events.seconds);
    if (this.#runner.failure !== null) this.#end(toFailure(this.#runner.failure));
    return published;
  }

  #publishEnd(): void {
    const { events, who } = this.#files;
    events.publish({ type: 'end', ...who, at: this.#result.durationMs, reason: 'tracks-ended' });
  }

  #end(failure: Analysed['failure']): void {
    this.#ended(failure);
  }
}

const toFailure = (error: unknown): EmostreamError =>
  error instanceof EmostreamError
    ? error
    : new EmostreamError('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });

/** As a room is called: what of a file's name may be in that. */
export function roomOf(name: string): string {
  const plain = name
    .replace(/\.[^.]*$/, '')
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 64);
  return plain === '' ? 'recording' : plain;
}
