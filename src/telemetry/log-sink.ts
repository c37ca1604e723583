import { write, writeSync } from 'node:fs';
import { WholeLines } from '../common/whole-lines.js';

/** Characters waiting for a slow reader of the log; past it new lines are lost. */
const MAX_WAITING = 1_000_000;
/** A file is left alone for so long after it could not be written: a full disk is not asked anew for every line. */
const RETRY_MS = 1000;

export interface LogSinkOptions {
  /** Told how many lines were lost. */
  onLost?: (lines: number) => void;
  maxWaiting?: number;
  clock?: () => number;
}

/**
 * Where log lines go: a file descriptor whose disk may be full, whose reader may be gone, or may have stopped to read. None
 * of that may end or hold up the calls, so lines are written aside, what cannot be written is lost, and that is counted.
 * (pino's own destination throws what a write throws, or waits for it.)
 */
export class LogSink {
  readonly #fd: number;
  readonly #options: Required<LogSinkOptions>;
  readonly #whole = new WholeLines();
  #lines: string[] = [];
  #waiting = 0;
  #writing = false;
  #planned = false;
  #failedMs = -Infinity;

  constructor(fd: number, options: LogSinkOptions = {}) {
    this.#fd = fd;
    this.#options = { onLost: () => {}, maxWaiting: MAX_WAITING, clock: () => performance.now(), ...options };
  }

  /** One or more whole lines; what pino calls. */
  write(text: string): void {
    const { maxWaiting, clock } = this.#options;
    if (this.#waiting + text.length > maxWaiting || clock() - this.#failedMs < RETRY_MS) return this.#lose(text);
    this.#lines.push(text);
    this.#waiting += text.length;
    if (this.#planned || this.#writing) return;
    // Not at once: a line that is followed by the process's end in the same turn is written by `flush`.
    this.#planned = true;
    setImmediate(() => {
      this.#planned = false;
      this.#drain();
    });
  }

  /** Writes what waits before the process ends. A reader that has stopped to read is not waited for. */
  flush(): void {
    if (this.#writing || this.#lines.length === 0) return;
    const bytes = this.#whole.bytesOf(this.#take());
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#fd, bytes, written);
    } catch {
      this.#options.onLost(this.#whole.lost(bytes, written));
    }
    this.#whole.took(bytes, written);
  }

  #drain(): void {
    if (this.#writing || this.#lines.length === 0) return;
    this.#writing = true;
    this.#put(this.#whole.bytesOf(this.#take()), 0);
  }

  /** A pipe may take a part only. */
  #put(bytes: Buffer, from: number): void {
    write(this.#fd, bytes, from, (error, count) => {
      const written = from + (error ? 0 : count);
      if (!error && written < bytes.length) return this.#put(bytes, written);
      this.#writing = false;
      this.#whole.took(bytes, written);
      if (error) {
        this.#failedMs = this.#options.clock();
        this.#options.onLost(this.#whole.lost(bytes, written));
        if (this.#lines.length > 0) this.#lose(this.#take());
      }
      this.#drain();
    });
  }

  #take(): string {
    const text = this.#lines.join('');
    this.#lines = [];
    this.#waiting = 0;
    return text;
  }

  #lose(text: string): void {
    this.#options.onLost(text.split('\n').length - 1);
  }
}
