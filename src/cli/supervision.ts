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
  /** It was asked to end, and does. */
  | { type: 'ending' }
  /** Its state is in doubt: it closes in order, and another should take its place. */
  | { type: 'doubtful' };

/** How long a server process may take to close, ms; it ends itself before (`Shutdown`). */
export const CLOSE_PATIENCE_MS = 12_000;
/** Exit status of a server process that closed because its state was in doubt (sysexits.h, EX_SOFTWARE). */
export const EXIT_DOUBTFUL = 70;
