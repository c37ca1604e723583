import { join } from 'node:path';
import type { NamedWeights } from '../inference/model-format.js';
import type { UserCorpusName } from './data/user-corpora.js';
import type { FitResult } from './fit.js';
import type { RunControl } from './resume.js';

/** Built-in corpora that each part is trained on. */
export const SPEECH_CORPORA = ['ravdess', 'emodb', 'nemo'] as const;
/** Bursts of the voice without words. What is read of the voice encoders learns from them beside speech; they are reported apart. */
export const BURST_CORPORA = ['emogator'] as const;
export const WORDS_CORPORA = ['goemotions', 'meld'] as const;
export const BUILT_IN_CORPORA = ['ferplus', ...SPEECH_CORPORA, ...BURST_CORPORA, ...WORDS_CORPORA] as const;
export type SpeechCorpus = (typeof SPEECH_CORPORA)[number];
export type BurstCorpus = (typeof BURST_CORPORA)[number];
export type WordsCorpus = (typeof WORDS_CORPORA)[number];
export type BuiltInCorpus = (typeof BUILT_IN_CORPORA)[number];

/** As a training record and a model card call them. */
export const CORPUS_TITLES: Readonly<Record<BuiltInCorpus, string>> = {
  ferplus: 'FER+',
  ravdess: 'RAVDESS',
  emodb: 'EMO-DB',
  nemo: 'nEMO',
  emogator: 'EmoGator',
  goemotions: 'GoEmotions',
  meld: 'MELD',
};

/** Where `train words --leave-out-corpus` keeps what it trains without a corpus. */
export const withoutFolder = (weights: string, corpus: BuiltInCorpus): string => join(weights, `without-${corpus}`);

/** Share of a triple's companions that are of a random label when fusion is trained: people smile while they complain. */
export const FUSION_CONFLICT = 0.15;

/** Share of the examples of words that are made sentences: what is denied, what only happened, and emoji, of which corpora have too few to learn from. */
export const MADE = 0.16;
/** Chance that a text is given as a speech recogniser would have written it. */
export const RECOGNISED = 0.35;

export interface TrainOptions {
  /** Folder of `emostream data prepare`. */
  prepared: string;
  seed: number;
  /** The default is the one that made the shipped weights. */
  epochs?: number;
  /** Weights of an earlier run to go on from, instead of random ones. */
  from?: ReadonlyMap<string, NamedWeights>;
  /** Folder of what scripts/log-mel/train.py trained: the voice's networks on log-mel come from there. */
  logMel?: string;
  /** Built-in corpora to leave out, for instance for their terms. */
  without?: readonly BuiltInCorpus[];
  /** Prepared corpora of the user's to train on in addition. */
  with?: readonly UserCorpusName[];
  /** Told each time the weights got better on validation data. */
  onBest?: (best: FitResult) => Promise<void>;
  /** Checkpoints and stopping, handed to `fit`. */
  control?: RunControl;
  /** Told each epoch. */
  log: (line: string) => void;
}
