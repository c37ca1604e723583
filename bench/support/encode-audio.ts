import { OPUS_CLOCK_RATE } from '../../src/media/audio-decoder.js';

/** Augmentation of voices codes as a call does; so do the recorded calls. */
export { encodeOpus } from '../../src/training/opus-coding.js';

export const OPUS_RATE = OPUS_CLOCK_RATE;
/** Samples of a 20 ms packet. */
export const OPUS_PACKET_SAMPLES = 960;
