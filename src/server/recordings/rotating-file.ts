import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EmostreamError } from '../../common/errors.js';
import { partPath } from '../../common/part-path.js';
import { WholeLines } from '../../common/whole-lines.js';

export interface RotatingFileOptions {
  path: string;
  /** Past it the file is put aside under the next number, and another begins, bytes. */
  maxBytes: number;
  /** Goes on at the end of a file that is there; else there must be none. */
  append?: boolean;
  /** Lines that did not get to the disk. */
  onLost: (lines: number, why: string) => void;
  /** A full file was put aside. */
  onRotated?: () => void;
}

/** Lines wait for the disk no longer than this, ms: with what the write takes, a crash loses at most the last second. */
const FLUSH_EVERY_MS = 400;
/** Characters that wait for a slow disk; past it lines are lost, and told. */
const MAX_WAITING = 16 * 2 ** 20;

/** A file of lines, for its owner's eyes only, that is put aside when it is full: `events.jsonl` as `events.1.jsonl`, and so on. */
export class RotatingFile {
  readonly #options: RotatingFileOptions;
  readonly #lines = new WholeLines();
  #file: FileHandle;
  #bytes: number;
  #part: number;
  #waiting: string[] = [];
  #waitingLength = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(options: RotatingFileOptions, file: FileHandle, bytes: number, part: number) {
    this.#options = options;
    this.#file = file;
    this.#bytes = bytes;
    this.#part = part;
  }

  /** @throws EmostreamError CONFIG_INVALID where it cannot be written, or is there and is not to be gone on with */
  static async open(options: RotatingFileOptions): Promise<RotatingFile> {
    const { path, append = false } = options;
    try {
      await mkdir(dirname(path), { recursive: true });
      let part = 1;
      while (await exists(partPath(path, part))) part += 1;
      if (part > 1 && !append) throw Object.assign(new Error('it has parts'), { code: 'EEXIST' });
      const file = await openNew(path, append);
      const { size } = await file.stat();
      return new RotatingFile(options, file, size, part);
    } catch (cause) {
      const there = (cause as NodeJS.ErrnoException).code === 'EEXIST';
      const why = there
        ? 'is there already, and is not written over'
        : `cannot be written: ${(cause as Error).message}`;
      throw new EmostreamError('CONFIG_INVALID', `${path} ${why}`, { cause });
    }
  }

  /** @param line without its end */
  append(line: string): void {
    if (this.#closed) return;
    if (this.#waitingLength > MAX_WAITING) return this.#options.onLost(1, 'the disk is too slow');
    this.#waiting.push(`${line}\n`);
    this.#waitingLength += line.length;
    this.#timer ??= setTimeout(() => this.#flushSoon(), FLUSH_EVERY_MS);
  }

  /** Resolves when everything is written. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#flushSoon();
    await this.#writing;
    await this.#file.close();
  }

  #flushSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#flush());
  }

  async #flush(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const bytes = this.#lines.bytesOf(this.#waiting.join(''));
    this.#waiting = [];
    this.#waitingLength = 0;
    let written = 0;
    try {
      while (written < bytes.length) written += (await this.#file.write(bytes, written)).bytesWritten;
      this.#lines.took(bytes, written);
      this.#bytes += written;
      await this.#file.datasync();
      if (this.#bytes >= this.#options.maxBytes && !this.#closed) await this.#rotate();
    } catch (error) {
      this.#options.onLost(this.#lines.lost(bytes, written), error instanceof Error ? error.message : String(error));
      this.#lines.took(bytes, written);
    }
  }

  async #rotate(): Promise<void> {
    const { path, onRotated } = this.#options;
    await rename(path, partPath(path, this.#part));
    // What follows must not be written to the file that was put aside.
    const full = this.#file;
    this.#file = await openNew(path, false);
    this.#part += 1;
    this.#bytes = 0;
    await full.close();
    onRotated?.();
  }
}

/** Through no link: it may lead out of the folder. */
function openNew(path: string, append: boolean): Promise<FileHandle> {
  const { O_WRONLY, O_CREAT, O_APPEND, O_EXCL, O_NOFOLLOW } = constants;
  return open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | (append ? 0 : O_EXCL), 0o600);
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
