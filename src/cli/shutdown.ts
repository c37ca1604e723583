import { constants } from 'node:os';

/** What asks a program to end: Ctrl-C, a service manager, a terminal that is closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type ShutdownSignal = (typeof SIGNALS)[number];

/** npm, and whoever signals a whole process group, may hand the same wish on twice within moments. */
const SAME_WISH_MS = 1000;
/** Closing takes two or three seconds at most; past this something hangs. */
const DEADLINE_MS = 10_000;

export interface ShutdownOptions {
  clock?: () => number;
  /** Where it says why it ends at once. */
  say?: (sentence: string) => void;
  exit?: (code: number) => void;
  deadlineMs?: number;
}

/**
 * Waits for the first wish to end. From then on the program has a few seconds to close; who asks a second time, later than
 * a moment after, does not want to wait for that.
 */
export class Shutdown {
  /** The first signal. */
  readonly requested: Promise<ShutdownSignal>;
  readonly #options: Required<ShutdownOptions>;
  readonly #listeners = new Map<ShutdownSignal, () => void>();
  #firstMs: number | undefined;
  #deadline: NodeJS.Timeout | undefined;

  constructor(options: ShutdownOptions = {}) {
    this.#options = {
      clock: () => performance.now(),
      say: (sentence) => process.stderr.write(`emostream: ${sentence}\n`),
      exit: (code) => process.exit(code),
      deadlineMs: DEADLINE_MS,
      ...options,
    };
    this.requested = new Promise((resolve) => {
      for (const signal of SIGNALS) {
        const listener = () => this.#asked(signal, resolve);
        this.#listeners.set(signal, listener);
        process.on(signal, listener);
      }
    });
  }

  /** Closing is done, or will never be asked for. The deadline stays as long as anything keeps the process alive. */
  done(): void {
    for (const [signal, listener] of this.#listeners) process.off(signal, listener);
    this.#deadline?.unref();
  }

  #asked(signal: ShutdownSignal, resolve: (signal: ShutdownSignal) => void): void {
    const { clock, say, exit, deadlineMs } = this.#options;
    if (this.#firstMs === undefined) {
      this.#firstMs = clock();
      this.#deadline = setTimeout(() => {
        say(`closing took longer than ${deadlineMs / 1000} s; ending now`);
        exit(1);
      }, deadlineMs);
      resolve(signal);
    } else if (clock() - this.#firstMs >= SAME_WISH_MS) {
      say(`ending at once (a second ${signal})`);
      exit(128 + constants.signals[signal]);
    }
  }
}
