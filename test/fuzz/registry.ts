import { headers } from './media/headers.js';
import type { FuzzTarget } from './target.js';

/** Everything that is fuzzed. */
export const TARGETS = [headers] as readonly FuzzTarget[];
