import { headers } from './media/headers.js';
import { opus } from './media/opus.js';
import { pictures } from './media/pictures.js';
import { video } from './media/video.js';
import { signalling } from './signalling/signalling.js';
import { whipOffers } from './signalling/whip-offers.js';
import type { FuzzTarget } from './target.js';

/** Everything that is fuzzed. */
export const TARGETS = [headers, pictures, video, opus, signalling, whipOffers] as readonly FuzzTarget[];
