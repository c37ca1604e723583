import type { Config } from './schema.js';

/** A wrong option, or a wrong combination told at one of its options. */
export interface Problem {
  option: keyof Config;
  message: string;
}
