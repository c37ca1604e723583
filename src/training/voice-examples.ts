import { EMOTIONS } from '../common/emotions.js';
import { logMel, normaliseLogMel, type MelBlock } from '../features/log-mel.js';
import { MEL_FRAMES } from '../features/types.js';
import type { VoiceSet } from './heard/heard-clips.js';
import { heardRows, STATISTICS, type HeardRows } from './heard/heard-rows.js';
import type { Rng } from './rng.js';
import type { RoomNoise } from './room-noise.js';
import { clipSamples, clipsOfSpeakers } from './splits.js';
import { augmentVoice, maskWindow } from './voice-augment.js';
import { drawPlace, layAt } from './voice-windows.js';

/** Augmented copies of each clip, made once at the start; the first is the clip itself. */
const VARIANTS = 3;
/** Share of labels spread evenly: acted clips are not all of the emotion that the actor was asked for. */
const SMOOTHING = 0.08;
/** Share of windows with the noise of a room; the others are as silent around the clip as a muted line. */
const IN_A_ROOM = 0.6;

/** A clip to train on, as several microphones, rooms and lines might have given it. */
export interface VoiceExample {
  speaker: number;
  /** Index into EMOTIONS. */
  label: number;
  /** Which of the sets. */
  corpus: number;
  /** Whether it is a burst without words: only what is read of encoders learns from those. */
  burst: boolean;
  variants: MelBlock[];
  /** Distribution over EMOTIONS. */
  target: number[];
  /** How much it counts: within its corpus each emotion counts alike, and the mean is 1. */
  weight: number;
  /** What encoders hear in its windows; null: not known. */
  heard: HeardOf | null;
}

/** Some of the rows: from the one, up to the other. */
export interface HeardOf {
  rows: HeardRows;
  from: number;
  to: number;
}

/**
 * The clips of the speakers that are asked for. Some 240 KB and 30 ms each.
 * @param copies 0: nothing is trained on log-mel
 */
export function voiceExamples(
  sets: readonly VoiceSet[],
  isWanted: (speaker: number) => boolean,
  rng: Rng,
  copies = VARIANTS,
): VoiceExample[] {
  return sets.flatMap((set, corpus) => {
    const clips = clipsOfSpeakers(set, isWanted);
    const weights = balance(clips.map((clip) => set.labels[clip]!));
    const heard = heardOf(set, clips);
    return clips.map((clip, at) => {
      const samples = copies > 0 ? clipSamples(set, clip) : new Float32Array(0);
      const label = set.labels[clip]!;
      return {
        speaker: set.speakers[clip]!,
        label,
        corpus,
        burst: set.bursts === true,
        heard: heard[at]!,
        variants: Array.from({ length: copies }, (_, i) => logMel(i === 0 ? samples : augmentVoice(samples, rng))),
        target: EMOTIONS.map((_, i) => SMOOTHING / EMOTIONS.length + (i === label ? 1 - SMOOTHING : 0)),
        weight: weights[at]!,
      };
    });
  });
}

/** Of each clip, where its rows are. */
function heardOf(set: VoiceSet, clips: readonly number[]): (HeardOf | null)[] {
  if (!set.heard) return clips.map(() => null);
  const rows = heardRows(set.heard, clips);
  let from = 0;
  return clips.map((clip) => {
    let to = from;
    while (rows.clips[to] === clip) to++;
    const own = { rows, from, to };
    from = to;
    return own;
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

/** One of the clip's windows as encoders hear it, into `out`: rather one with much of the clip. @param out STATISTICS */
export function drawHeard({ rows, from, to }: HeardOf, out: Float32Array, rng: Rng): void {
  let left = rng.next();
  let row = from;
  while (row + 1 < to && (left -= rows.chances[row]!) > 0) row++;
  out.set(rows.values.subarray(row * STATISTICS, (row + 1) * STATISTICS));
}
