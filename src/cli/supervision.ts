/** What supervisor and server process tell each other, over the channel between parent and child. */
export type ToServer = {
  type: 'start';
  /** Options of the command line, as they were given. */
  flags: Record<string, unknown>;
  /** Their file. */
  file?: string;
  /** Secret of the development mode: the same over restarts, so that tokens stay good; it is written nowhere. */
  developmentSecret: string;
  /** Server processes that ended before this one. */
  restarts: number;
  /** Where the one before listened, if any free port was wished for. */
  httpPort?: number;
};

export type FromServer =
  | { type: 'ready'; httpPort: number }
  /** Its main thread still gets to its work; said every `ALIVE_EVERY_MS` once it is ready. */
  | { type: 'alive' }
  /** It was asked to end, and does. */
  | { type: 'ending' }
  /** Its state is in doubt: it closes in order, and another should take its place. */
  | { type: 'doubtful' };

/** How long a server process may take to close, ms; it ends itself before (`Shutdown`). */
export const CLOSE_PATIENCE_MS = 12_000;
/**
 * A server that was ready and of which nothing is heard for so many looks, a second apart, hangs. Looks are counted, not
 * time: nobody's time has passed while the machine slept.
 */
export const ALIVE_EVERY_MS = 1000;
export const SILENT_LOOKS = 15;
/** Exit status of a server process that closed because its state was in doubt (sysexits.h, EX_SOFTWARE). */
export const EXIT_DOUBTFUL = 70;
