import type { SpeechSet } from './data/speech.js';
import { FIRST_SPEAKER, isEmogator } from './speakers.js';

/**
 * Speech is split by speaker, never by clip; each part of RAVDESS and EMO-DB has women and men. Of nEMO's seven a man (TP0) is for
 * validation and a woman (KD0) for testing, both with every emotion. Numbers as in speakers.ts.
 */
const VALID = new Set([115, 116, 117, 212, 213, 306]);
const TEST = new Set([118, 119, 120, 215, 216, 302]);

export const SPLITS = ['train', 'valid', 'test'] as const;
export type Split = (typeof SPLITS)[number];

/** Of the built-in corpora. A user's corpus has a set for each split (user-corpora.ts); training opens that of training only. */
export function splitOfSpeaker(speaker: number): Split {
  // Contributors whose number ends with 8 are for validation, with 9 for testing.
  if (isEmogator(speaker)) return speaker % 10 === 8 ? 'valid' : speaker % 10 === 9 ? 'test' : 'train';
  if (VALID.has(speaker)) return 'valid';
  return TEST.has(speaker) ? 'test' : 'train';
}

/** Indices of a set's clips that belong to a split. */
export function clipsOf(set: SpeechSet, split: Split): number[] {
  return clipsOfSpeakers(set, (speaker) => splitOfSpeaker(speaker) === split);
}

/** Indices of the clips whose speaker is asked for. */
export function clipsOfSpeakers(set: SpeechSet, asked: (speaker: number) => boolean): number[] {
  return [...set.speakers.keys()].filter((i) => asked(set.speakers[i]!));
}

const FOLDS = 10;

/**
 * Ten folds for cross-validation: each holds out one speaker of EMO-DB, two neighbouring actors of RAVDESS, a man and a woman, and in
 * seven of the folds one speaker of nEMO. Further speakers of a corpus begin again at the first fold.
 */
export function speakerFolds(speakers: Iterable<number>): number[][] {
  const folds = Array.from({ length: FOLDS }, (): number[] => []);
  const known = [...new Set(speakers)].sort((a, b) => a - b);
  const actors = known.filter((speaker) => speaker < FIRST_SPEAKER.emodb);
  for (const actor of actors) folds[Math.floor((actor - 101) / 2) % FOLDS]!.push(actor);
  const isNemo = (speaker: number): boolean => speaker >= FIRST_SPEAKER.nemo;
  const others = known.filter((speaker) => speaker >= FIRST_SPEAKER.emodb);
  for (const own of [others.filter((speaker) => !isNemo(speaker)), others.filter(isNemo)])
    own.forEach((speaker, i) => folds[i % FOLDS]!.push(speaker));
  return folds.filter(({ length }) => length > 0);
}

/** One clip as samples of -1..1. */
export function clipSamples({ samples, offsets }: SpeechSet, clip: number): Float32Array {
  return Float32Array.from(samples.subarray(offsets[clip], offsets[clip + 1]), (value) => value / 32767);
}
