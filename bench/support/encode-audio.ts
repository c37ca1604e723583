import { ENCODER_DELAY_TICKS, OPUS_CLOCK_RATE } from '../../src/media/audio-decoder.js';

/** Augmentation of voices codes as a call does; so do the recorded calls. */
export { encodeOpus } from '../../src/training/opus-coding.js';

export const OPUS_RATE = OPUS_CLOCK_RATE;
/** Samples of a 20 ms packet. */
export const OPUS_PACKET_SAMPLES = 960;
/** By so much what a packet holds is older than its time says, ms: a call makes up for it. */
export const OPUS_DELAY_MS = (1000 * ENCODER_DELAY_TICKS) / OPUS_CLOCK_RATE;
