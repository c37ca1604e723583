import { MIN_SPEECH_MS } from '../../features/assemble.js';
import { SAMPLE_RATE } from '../../features/log-mel.js';
import { VOICE_WINDOW_MS } from '../../features/types.js';
import type { Rng } from '../rng.js';
import { addRoom, LOUD_ROOMS_UNDER, ROOMS_UNDER } from '../room-noise.js';
import { augmentVoice } from '../voice-augment.js';
import type { SecondEncoder } from './seconds.js';

/**
 * The copies of a clip that encoders hear: the clip as it is judged, ending with a second; another speaker's, microphone's and
 * line's version of it, likewise; both again beginning anywhere in a second, as in a call; and one more that does, in a loud room. All
 * but the first in rooms.
 */
const PLAN = [
  { isChanged: false, endsWithSecond: true, room: 0, under: ROOMS_UNDER },
  { isChanged: true, endsWithSecond: true, room: 0.6, under: ROOMS_UNDER },
  { isChanged: false, endsWithSecond: false, room: 0.6, under: ROOMS_UNDER },
  { isChanged: true, endsWithSecond: false, room: 0.6, under: ROOMS_UNDER },
  { isChanged: true, endsWithSecond: false, room: 1, under: LOUD_ROOMS_UNDER },
] as const;
export const COPIES = PLAN.length;
/** Of the copies that are to be told apart: raise the number when augmentation or rooms change. */
export const COPY_RECIPE = `1 ${JSON.stringify(PLAN)}`;
/** The copy that is the clip itself. */
export const ITSELF = 0;

const HEARD_SAMPLES = (MIN_SPEECH_MS / 1000) * SAMPLE_RATE;

/** A clip in whole seconds of sound. */
export interface ClipInSeconds {
  samples: Float32Array;
  /** For each second, whether enough of the clip is in it to be encoded in a call. */
  isHeard: boolean[];
}

/** @param clip 16 kHz, -1..1 @param copy 0 to COPIES - 1 */
export function copyInSeconds(clip: Float32Array, copy: number, rng: Rng): ClipInSeconds {
  const { isChanged, endsWithSecond, room, under } = PLAN[copy]!;
  const voice = isChanged ? augmentVoice(clip, rng) : clip;
  const out = endsWithSecond ? itselfInSeconds(voice) : layInSeconds(voice, rng.below(SAMPLE_RATE));
  if (rng.chance(room)) addRoom(out.samples, voice, rng, under);
  return out;
}

/** As a clip is judged: it ends with the last of the seconds. */
export const itselfInSeconds = (clip: Float32Array): ClipInSeconds =>
  layInSeconds(clip, (SAMPLE_RATE - (clip.length % SAMPLE_RATE)) % SAMPLE_RATE);

/** @param from where in the first second the clip begins, samples */
export function layInSeconds(clip: Float32Array, from: number): ClipInSeconds {
  return layIn(clip, from, Math.max(1, Math.ceil((from + clip.length) / SAMPLE_RATE)));
}

/** The sound of a window in which a clip begins at a sample; negative: it began before. */
export const soundAt = (clip: Float32Array, from: number): ClipInSeconds => layIn(clip, from, VOICE_WINDOW_MS / 1000);

function layIn(clip: Float32Array, from: number, seconds: number): ClipInSeconds {
  const samples = new Float32Array(seconds * SAMPLE_RATE);
  samples.set(clip.subarray(Math.max(0, -from), samples.length - from), Math.max(0, from));
  const end = from + clip.length;
  const inside = Array.from(
    { length: seconds },
    (_, i) => Math.min(end, (i + 1) * SAMPLE_RATE) - Math.max(from, i * SAMPLE_RATE),
  );
  // A clip that is too short for any second is heard where there is most of it.
  const enough = Math.min(HEARD_SAMPLES, Math.max(...inside));
  return { samples, isHeard: inside.map((count) => count >= enough) };
}

/** What is heard of each of its seconds in which there is enough of the clip; null of the others. */
export async function encodeSeconds(
  { samples, isHeard }: ClipInSeconds,
  encoder: Pick<SecondEncoder, 'encode'>,
): Promise<(Float32Array | null)[]> {
  const seconds: (Float32Array | null)[] = [];
  for (const [second, heard] of isHeard.entries()) {
    const at = second * SAMPLE_RATE;
    seconds.push(heard ? await encoder.encode(samples.slice(at, at + SAMPLE_RATE)) : null);
  }
  return seconds;
}
