export { DirectTap } from './direct-tap.js';
export { CLIENT_CAPABILITIES, MEDIA_CODECS, TAP_CAPABILITIES } from './media-codecs.js';
export type { ConsumerInfo, ProducerInfo } from './media-info.js';
export { Participant, type ParticipantCloseReason } from './participant.js';
export { Room, type RoomCloseReason, type RoomDeps } from './room.js';
export { TapCounter } from './tap-counter.js';
export type { Tap, TapDeps } from './tap.js';
export { WorkerPool, type MediaWorker, type WorkerPoolOptions } from './worker-pool.js';
export type * from './types.js';
