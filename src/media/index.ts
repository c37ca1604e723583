/** The public surface of the media stage. */
export { AudioTrackReceiver, type AudioReceiverOptions } from './audio-track-receiver.js';
export { liveDecoders } from './codec-library.js';
export { MediaClock } from './media-clock.js';
export type { PixelProblem } from './pixel-budget.js';
export { MAX_BACKLOG_MS } from './receive-stage.js';
export * from './types.js';
export {
  type Received,
  receiveAudio,
  receivePictures,
  receiveSound,
  receiveVideo,
  type TrackInput,
} from './receive-track.js';
export { VideoTrackReceiver, type VideoReceiverOptions } from './video-track-receiver.js';
