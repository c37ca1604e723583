/** Synthetic participants for tests and benchmarks. */
import './quiet.js';

export { encodeOpus, OPUS_PACKET_SAMPLES, OPUS_RATE } from './encode-audio.js';
export { encodeVideo, VideoEncoder, type VideoSource } from './encode-video.js';
export { ImpairedLink, type Impairment } from './impaired-link.js';
export { packetizeH264, packetizeVp8 } from './packetize.js';
export { PACKETIZE } from './packetize-any.js';
export { packetizeAv1, packetizeVp9 } from './packetize-layered.js';
export { seeded } from './random.js';
export { makeRecording, type Recording, type RecordingSource, synthesise } from './recording.js';
export { writeRtp, writeSenderReport } from './rtp-writer.js';
export { wallClock } from './shared-timer.js';
export { type LiveVideo, SyntheticTrack, type TrackOptions } from './synthetic-track.js';
export { SyntheticPeer, type SyntheticPeerOptions } from './synthetic-peer.js';
