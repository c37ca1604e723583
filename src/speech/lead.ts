import { type HeardSound, SAMPLES_PER_MS } from './heard-sound.js';
import { powerOf } from './speech-piece.js';

/** Voice activity may be sure of speech so late, ms: a word or two were said by then. */
export const MOST_LEAD_MS = 1000;
/** A word begins softly, and recognisers like to hear the room before it: so much belongs to it at least, ms. */
const LEAST_LEAD_MS = 500;
/** Sound is loud where it is 10 dB over the quietest; syllables have gaps, ms. */
const LOUD = 10;
const GAP_MS = 130;
/** Of digital silence: 16-bit sound has no less. */
const LEAST_POWER = 1e-9;

/**
 * What belongs to a piece of speech of the sound before it: all that is loud just before, and a little more. Silero's model is
 * told to be sure of itself, and is so half a second late where a voice comes out of silence.
 */
export function leadOf(before: readonly HeardSound[]): readonly HeardSound[] {
  const powers = before.map(({ samples }) => powerOf(samples) / samples.length);
  const loud = LOUD * Math.max(LEAST_POWER, Math.min(...powers));
  let from = before.length;
  let quietMs = 0;
  for (let at = before.length - 1; at >= 0 && quietMs <= GAP_MS; at--) {
    if ((powers[at] ?? 0) >= loud) {
      from = at;
      quietMs = 0;
    } else quietMs += (before[at]?.samples.length ?? 0) / SAMPLES_PER_MS;
  }
  const startMs = before[from]?.mediaTime ?? endOf(before.at(-1));
  return before.filter(({ mediaTime }) => mediaTime >= startMs - LEAST_LEAD_MS);
}

const endOf = (frame: HeardSound | undefined): number =>
  frame ? frame.mediaTime + frame.samples.length / SAMPLES_PER_MS : 0;
