import type { Clock } from '../common/clock.js';
import { TokenBucket } from '../common/token-bucket.js';

/** A damaged stream gives an error now and then; one that is made to give them is bounded by these. */
const AT_ONCE = 10;
const PER_SECOND = 2;

/**
 * How often a decoder may be opened anew: a sender whose every packet is an error would have it done a thousand times a second.
 * While there is none left nothing is decoded.
 */
export const decoderResets = (clock: Clock): TokenBucket => new TokenBucket(AT_ONCE, PER_SECOND, clock);
