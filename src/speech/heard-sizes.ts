/** What the pretrained encoders hear in sound, as the network for the voice reads it. One place, so that nobody drifts apart. */

/** Numbers a step: of the speech recogniser's encoder, of the speaker encoder. */
export const HEARD_WIDTHS = [288, 256] as const;
/** One encoder's numbers, then the other's. */
export const HEARD_WIDTH = HEARD_WIDTHS[0] + HEARD_WIDTHS[1];
/** Steps a second: of the frames whose centre lies in one the mean is kept. */
export const HEARD_PER_SECOND = 10;
/** Samples of a second, at 16 kHz. It is heard alone: with what was before it, other recordings were not judged better. */
export const VOICE_SECOND = 16_000;
