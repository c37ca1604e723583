/** The public surface of the streams stage. */
export { type Aligned, type AlignerInput, alignWindows, type TrackChange } from './align-windows.js';
export type { AlignerOptions, AlignerOutput } from './aligner-options.js';
export { retryBounded, type RetryOptions } from './retry-bounded.js';
export type * from './transcriber.js';
export * from './types.js';
export { WindowAligner } from './window-aligner.js';
