import type { Random } from './random.js';

/**
 * One thing that is fuzzed. What goes into it is JSON, so that a found input is a file: `npm run fuzz` writes it under
 * test-output/fuzz, `npm run fuzz -- --input FILE` plays it again, and mended it becomes a file of test/fuzz/fixtures.
 */
export interface FuzzTarget<Input = unknown> {
  name: string;
  /** The word on the command line that runs it with its like. */
  group: 'media' | 'signalling';
  /** How many inputs one run in continuous integration plays: some ten seconds of work on two cores. */
  playsInCi: number;
  /** One input; the same generator gives the same input. */
  generate(random: Random): Input;
  /** Makes what the inputs are played to. It stays for the whole run. */
  open(): Promise<FuzzSession<Input>>;
}

export interface FuzzSession<Input = unknown> {
  /**
   * Resolves when the input did no harm. Rejects, throws or ends the process when it did; every rule that must hold whatever
   * comes in is checked here.
   */
  play(input: Input): Promise<void> | void;
  /** Checks what must hold at the end (nothing leaked), and frees everything. */
  close(): Promise<void> | void;
  /** What the inputs reached, to be printed: a fuzzer whose inputs are all refused at the door finds nothing. */
  reached?(): Record<string, number>;
}
