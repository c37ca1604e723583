import { access, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { Bulkhead } from '../../common/bulkhead.js';
import { EmostreamError } from '../../common/errors.js';
import type { Meter } from '../../common/metrics.js';
import type { EventBus } from '../../events/bus.js';
import type { Words } from '../protocol.js';
import type { WordReaders } from '../word-readers.js';
import type { Recording } from './recording.js';
import { recordedAlready, type Recordings } from './recordings.js';
import { prune } from './retention.js';
import { RotatingFile } from './rotating-file.js';

export interface FileRecordingsDeps {
  /** Where recordings are kept, a folder each; undefined: this server keeps none. */
  folder: string | undefined;
  /** Past it a file is put aside and the next begins, bytes. */
  maxFileBytes: number;
  /** Of all recordings together; past it, or past the age, the oldest are deleted. */
  maxBytes: number;
  maxAgeMs: number;
  recordings: Recordings;
  bus: EventBus;
  wordReaders: WordReaders;
  clock: () => number;
  meter: Meter;
  logger: Logger;
}

interface Writing {
  recording: Recording;
  stop: () => Promise<void>;
}

/** How often it is looked for what has grown too old. */
const PRUNE_EVERY_MS = 3_600_000;

/** Recordings that the server writes itself: the results, in a folder for each. */
export class FileRecordings {
  readonly #deps: FileRecordingsDeps;
  readonly #writing = new Map<string, Writing>();
  readonly #opening = new Set<string>();
  /** Every ending that is under way. */
  readonly #stopping = new Set<Promise<void>>();
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  #pruning: Promise<void> = Promise.resolve();

  constructor(deps: FileRecordingsDeps) {
    this.#deps = deps;
    if (deps.folder === undefined) return;
    this.#prune();
    this.#timer = setInterval(() => this.#prune(), PRUNE_EVERY_MS).unref();
  }

  /**
   * Begins to write a room's results; ends when it is stopped, or nobody is in the room any more.
   * @param words also what people say who show it
   * @returns the recording's name
   * @throws EmostreamError POLICY_FORBIDS where the server keeps none, WRONG_STATE where the room is recorded already
   */
  async begin(room: string, by: string, words: boolean): Promise<string> {
    const { folder, recordings, clock } = this.#deps;
    if (folder === undefined) {
      throw new EmostreamError('POLICY_FORBIDS', 'this server keeps no recordings (recordings)');
    }
    if (recordings.of(room) || this.#opening.has(room)) throw recordedAlready();
    this.#opening.add(room);
    try {
      const name = `${new Date(clock()).toISOString().replace(/[-:]|\.\d+/g, '')}-${room}`;
      const place = await newFolder(folder, name);
      const events = await this.#open(join(place, 'events.jsonl'));
      const said = words ? await this.#open(join(place, 'words.jsonl')) : undefined;
      return this.#begin(room, by, events, said);
    } finally {
      this.#opening.delete(room);
    }
  }

  /** Ending what does not run is no mistake. */
  async stop(room: string): Promise<void> {
    await this.#writing.get(room)?.stop();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#writing.values()].map(({ stop }) => stop()));
    await Promise.all([...this.#stopping, this.#pruning]);
  }

  #begin(room: string, by: string, events: RotatingFile, said: RotatingFile | undefined): string {
    const { recordings, bus, wordReaders, meter, logger } = this.#deps;
    const bulkhead = new Bulkhead('nothing', { meter, logger });
    let recording: Recording;
    try {
      recording = recordings.begin(room, by, {
        // What they agreed to is written; nothing more comes.
        leftOut: () => undefined,
        emptied: () => {
          this.stop(room).catch(() => undefined);
        },
        // It writes on: nothing was lost.
        replaced: () => undefined,
      });
    } catch (error) {
      // Nothing was written to them.
      Promise.all([events.close(), said?.close()]).catch(() => undefined);
      throw error;
    }
    const subscription = bus.subscribe(
      room,
      bulkhead.wrap((event) => {
        const kept = recording.kept(event);
        if (kept) events.append(JSON.stringify(kept));
      }),
    );
    const deaf =
      said &&
      wordReaders.add(room, {
        words: bulkhead.wrap((line: string) => {
          const words = JSON.parse(line) as Words;
          if (words.final && recording.keeps(words)) said.append(line);
        }),
        notify: () => undefined,
      });
    const end = async () => {
      subscription.close();
      deaf?.();
      this.#writing.delete(room);
      recordings.end(recording);
      await Promise.all([events.close(), said?.close()]);
    };
    let ended: Promise<void> | undefined;
    const stop = (): Promise<void> => {
      if (ended) return ended;
      ended = end().catch((error: unknown) => {
        logger.error({ err: error }, 'a recording was not closed as it should be');
      });
      const ending = ended;
      this.#stopping.add(ending);
      ending.then(
        () => this.#stopping.delete(ending),
        () => undefined,
      );
      return ending;
    };
    this.#writing.set(room, { recording, stop });
    return recording.id;
  }

  #open(path: string): Promise<RotatingFile> {
    const { maxFileBytes, meter, logger } = this.#deps;
    return RotatingFile.open({
      path,
      maxBytes: maxFileBytes,
      onLost: (lines, reason) => {
        meter.count('emostream_dropped_total', { stage: 'recording', reason: 'write-failed' }, lines);
        logger.error({ lines, reason }, 'lines of a recording were lost');
      },
      onRotated: () => this.#prune(),
    });
  }

  #prune(): void {
    const { folder, maxBytes, maxAgeMs, clock, meter, logger } = this.#deps;
    if (folder === undefined) return;
    this.#pruning = this.#pruning
      .then(() => prune(folder, { maxBytes, olderThanMs: clock() - maxAgeMs }))
      .then((files) => {
        if (files > 0) meter.count('emostream_dropped_total', { stage: 'recording', reason: 'expired' }, files);
      })
      .catch((error: unknown) => logger.error({ err: error }, 'old recordings could not be deleted'));
  }
}

/** A name that is taken already (two recordings of a room in one second) gets a number. */
async function newFolder(folder: string, name: string): Promise<string> {
  await checkFolder(folder);
  for (let count = 1; ; count++) {
    const place = join(folder, count === 1 ? name : `${name}-${count}`);
    try {
      await mkdir(place, { mode: 0o700 });
      return place;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST' && count < 100) continue;
      throw unwritable(folder, cause);
    }
  }
}

/** Makes the folder of recordings where there is none. @throws EmostreamError CONFIG_INVALID where nothing can be written there */
export async function checkFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw unwritable(folder, cause);
  }
}

function unwritable(folder: string, cause: unknown): EmostreamError {
  const { code = String(cause) } = cause as NodeJS.ErrnoException;
  const message = `recordings: ${folder} is no folder that this server can write to (${code})`;
  return new EmostreamError('CONFIG_INVALID', message, { cause });
}
