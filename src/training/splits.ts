import type { SpeechSet } from './data/speech.js';

/**
 * Speech is split by speaker, never by clip; each part has women and men. Numbers as in SpeechSet.speakers.
 * RAVDESS: odd actors are men, even ones women. EMO-DB: 03 10 11 12 15 are men, 08 09 13 14 16 women.
 */
const VALID = new Set([115, 116, 117, 212, 213]);
const TEST = new Set([118, 119, 120, 215, 216]);

export type Split = 'train' | 'valid' | 'test';

export function splitOfSpeaker(speaker: number): Split {
  if (VALID.has(speaker)) return 'valid';
  return TEST.has(speaker) ? 'test' : 'train';
}

/** Indices of a set's clips that belong to a split. */
export function clipsOf(set: SpeechSet, split: Split): number[] {
  return [...set.speakers.keys()].filter((i) => splitOfSpeaker(set.speakers[i]!) === split);
}

/** One clip as samples of -1..1. */
export function clipSamples({ samples, offsets }: SpeechSet, clip: number): Float32Array {
  return Float32Array.from(samples.subarray(offsets[clip], offsets[clip + 1]), (value) => value / 32767);
}
