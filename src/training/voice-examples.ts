import { EMOTIONS } from '../common/emotions.js';
import { logMel, normaliseLogMel, type MelBlock } from '../features/log-mel.js';
import { MEL_FRAMES } from '../features/types.js';
import type { SpeechSet } from './data/speech.js';
import type { Rng } from './rng.js';
import type { RoomNoise } from './room-noise.js';
import { clipSamples, clipsOfSpeakers } from './splits.js';
import { augmentVoice, maskWindow } from './voice-augment.js';
import { drawPlace, layAt } from './voice-windows.js';

/** Augmented copies of each clip, made once at the start; the first is the clip itself. */
const VARIANTS = 6;
/** Share of labels spread evenly: acted clips are not all of the emotion that the actor was asked for. */
const SMOOTHING = 0.08;
/** Share of windows with the noise of a room; the others are as silent around the clip as a muted line. */
const IN_A_ROOM = 0.6;

/** A clip to train on, as several microphones, rooms and lines might have given it. */
export interface VoiceExample {
  speaker: number;
  variants: MelBlock[];
  /** Distribution over EMOTIONS. */
  target: number[];
  /** How much it counts: within its corpus each emotion counts alike, and the mean is 1. */
  weight: number;
}

/** The clips of the speakers that are asked for. Some 200 KB and 50 ms each. */
export function voiceExamples(
  sets: readonly SpeechSet[],
  isWanted: (speaker: number) => boolean,
  rng: Rng,
): VoiceExample[] {
  return sets.flatMap((set) => {
    const clips = clipsOfSpeakers(set, isWanted);
    const weights = balance(clips.map((clip) => set.labels[clip]!));
    return clips.map((clip, at) => {
      const samples = clipSamples(set, clip);
      const label = set.labels[clip];
      return {
        speaker: set.speakers[clip]!,
        variants: Array.from({ length: VARIANTS }, (_, i) => logMel(i === 0 ? samples : augmentVoice(samples, rng))),
        target: EMOTIONS.map((_, i) => SMOOTHING / EMOTIONS.length + (i === label ? 1 - SMOOTHING : 0)),
        weight: weights[at]!,
      };
    });
  });
}

/** Weights of examples under which every label that occurs counts alike; their mean is 1. */
export function balance(labels: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return labels.map((label) => labels.length / (counts.size * counts.get(label)!));
}

/**
 * A live window cuts a sentence anywhere: the clip lies anywhere in it, at least half of the clip (or window) inside. Mostly it
 * lies in the noise of a room.
 */
export function drawWindow({ variants }: VoiceExample, rooms: RoomNoise, rng: Rng): Float32Array {
  const clip = variants[rng.below(variants.length)]!;
  const slack = Math.round(Math.min(clip.frames, MEL_FRAMES) * (rng.chance(0.3) ? 0.5 : 0));
  const canvas = layAt(clip, drawPlace(clip.frames, rng, slack));
  if (rng.chance(IN_A_ROOM)) rooms.lay(canvas, clip, rng);
  const window = normaliseLogMel(canvas, MEL_FRAMES);
  maskWindow(window, rng);
  return window;
}
