import { closeSync, constants, existsSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { EmostreamError } from '../common/errors.js';
import { partPath } from '../common/part-path.js';

const CHUNK_BYTES = 65_536;
/** Longer is no line that was written here. */
const MOST_LINE_BYTES = 262_144;
const NEWLINE = 10;

/**
 * Through no link: one that lies in the folder may lead out of it.
 * @throws EmostreamError CONFIG_INVALID where there is one
 */
export function openToWrite(path: string, how: number): number {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW | how, 0o666);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ELOOP') throw cause;
    const message = `${path} is a link, and nothing is written through one: remove it, or name another folder.`;
    throw new EmostreamError('CONFIG_INVALID', message, { cause });
  }
}

/** A file that grows by whole lines. What was written is there when the process dies; `sync` sees that it is when the machine does. */
export class LineFile {
  readonly #fd: number;

  /** @param append keeps what is there; else the file begins anew */
  constructor(path: string, append: boolean) {
    this.#fd = openToWrite(path, append ? constants.O_APPEND : constants.O_TRUNC);
  }

  write(value: unknown): void {
    const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
    for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at);
  }

  sync(): void {
    fsyncSync(this.#fd);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** The whole lines of a file, one at a time; a torn last line is left out. @yields the line, and where it ends in the file, bytes */
export function* wholeLines(path: string): Generator<{ line: string; endByte: number }> {
  const fd = openSync(path, 'r');
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let rest = Buffer.alloc(0);
    let done = 0;
    for (let read = readSync(fd, chunk); read > 0; read = readSync(fd, chunk)) {
      let bytes = Buffer.concat([rest, chunk.subarray(0, read)]);
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE)) {
        done += end + 1;
        yield { line: bytes.toString('utf8', 0, end), endByte: done };
        bytes = bytes.subarray(end + 1);
      }
      if (bytes.length > MOST_LINE_BYTES) return;
      rest = Buffer.from(bytes);
    }
  } finally {
    closeSync(fd);
  }
}

/** The whole lines of a file that may have been put aside in parts when it was full (`events.1.jsonl`, …), the oldest first. */
export function* linesOf(path: string): Generator<string> {
  const parts: string[] = [];
  for (let part = 1; existsSync(partPath(path, part)); part++) parts.push(partPath(path, part));
  for (const part of existsSync(path) ? [...parts, path] : parts) {
    for (const { line } of wholeLines(part)) yield line;
  }
}

/** Cuts a file after its last whole line for which `keep` says so; everything from the first other one on goes. */
export function cutAfter(path: string, keep: (line: string) => boolean): void {
  // First: nothing is read of what must not be written.
  const fd = openToWrite(path, 0);
  try {
    let end = 0;
    for (const { line, endByte } of wholeLines(path)) {
      if (!keep(line)) break;
      end = endByte;
    }
    ftruncateSync(fd, end);
  } finally {
    closeSync(fd);
  }
}
