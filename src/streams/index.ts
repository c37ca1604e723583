/** The public surface of the streams stage. */
export {
  type Aligned,
  alignWindows,
  type ParticipantSources,
  type Progress,
  type TrackChange,
} from './align-windows.js';
export { boundedMap, type BoundedMapOptions } from './bounded-map.js';
export { ParticipantStreams } from './participant-streams.js';
export type * from './transcriber.js';
export * from './types.js';
export type { AlignerOptions, AlignerOutput } from './aligner-options.js';
export { WINDOW_MS, WindowAligner } from './window-aligner.js';
