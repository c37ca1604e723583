/** What the child that plays inputs is told in its argument, as JSON. */
export interface FuzzOrder {
  target: string;
  seed: number;
  /** The first play's number: play n of a seed is the same whatever came before. */
  first: number;
  /** Ends after so many plays … */
  plays: number | null;
  /** … or so many milliseconds. */
  forMs: number | null;
  /** The input being played is written here first, so that it outlives a crash. */
  inputFile: string;
  /** Plays only the inputs of these files. */
  replay: string[] | null;
  /** Writes past a buffer on purpose after the first play: a run that still ends well has no checker. */
  plant: boolean;
}

export type FromFuzzChild =
  | { type: 'playing'; plays: number }
  | { type: 'done'; plays: number; reached: Record<string, number> }
  | { type: 'failed'; play: number; message: string };

/** A found input as a file. */
export interface FuzzInputFile {
  target: string;
  /** Where it came from; absent in one that was written by hand. */
  seed?: number;
  play?: number;
  /** What it did, for the reader of a fixture. */
  comment?: string;
  input: unknown;
}
