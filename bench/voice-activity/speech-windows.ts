import { logMel } from '../../src/features/log-mel.js';
import { MEL_BANDS } from '../../src/features/types.js';

/** Frames this far under a clip's loudest, dB, are pauses, breath and room. */
const PAUSE_BELOW = 25;
/** A second is one of speech when so much of it is, ms. */
const LEAST_MS = 200;
/** Silence around a clip, seconds. */
const AROUND = 1;
const RATE = 16_000;

/** A clip in silence, in seconds of which is known whether there is speech in them: by the level of the clean recording. */
export function placeClip(clip: Float32Array): { samples: Float32Array; isSpeech: boolean[] } {
  const seconds = Math.ceil(clip.length / RATE) + 2 * AROUND;
  const samples = new Float32Array(seconds * RATE);
  samples.set(clip, AROUND * RATE);
  const { mel, frames } = logMel(samples);
  const levels = Array.from({ length: frames }, (_, frame) => {
    let power = 0;
    for (let band = 0; band < MEL_BANDS; band++) power += Math.exp(mel[frame * MEL_BANDS + band]!);
    return 10 * Math.log10(power);
  });
  const within = levels.slice(100 * AROUND, 100 * AROUND + Math.floor(clip.length / 160)).sort((a, b) => a - b);
  const limit = within[Math.floor(0.95 * (within.length - 1))]! - PAUSE_BELOW;
  const isSpeech = Array.from({ length: seconds }, (_, second) => {
    const spoken = levels.slice(100 * second, 100 * (second + 1)).filter((level) => level > limit).length;
    return 10 * spoken >= LEAST_MS;
  });
  return { samples, isSpeech };
}

/** White noise of a room, so far under the clip's mean power. */
export function addRoom(samples: Float32Array, clip: Float32Array, snrDb: number, random: () => number): Float32Array {
  const power = clip.reduce((sum, value) => sum + value * value, 0) / clip.length;
  const deviation = Math.sqrt(power / 10 ** (snrDb / 10));
  // Box and Muller 1958.
  return samples.map(
    (value) => value + deviation * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
}
