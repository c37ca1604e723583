import { EMOTIONS, MODALITIES, type Modality } from '../../common/emotions.js';
import type { FaceSet } from '../data/ferplus.js';
import { readPrepared } from '../data/prepared.js';
import type { SpeechSet } from '../data/speech.js';
import { readTexts, type TextSet } from '../data/text.js';
import type { SecondEncoder } from '../heard/seconds.js';
import { progressOf } from '../progress.js';
import { Rng } from '../rng.js';
import { FIRST_SPEAKER, NEMO_SPEAKERS } from '../speakers.js';
import { clipsOf } from '../splits.js';
import { answersOf, type Answer, type Answering } from './answers.js';
import { briefFigures } from './brief-figures.js';
import {
  faceExamples,
  PICTURE_SHOWN,
  shownOnce,
  voiceExamples,
  withoutHeard,
  wordExamples,
  type Example,
} from './examples.js';
import { chooseThresholds } from './multi-label.js';
import { headRates, multiLabelTestFigures, testFigures, type SetOptions, type TestFigures } from './test-figures.js';
import { PATTERNS, TripleMaker, tripleExamples } from './triples.js';

/** Runs the test sets and the validation sets; nothing else of the product reads the test sets. */

export interface Judge extends Answering {
  /** Null: as where no voice encoder is installed. */
  encoder: SecondEncoder | null;
  log: (line: string) => void;
}

/** A set's figures with the answers behind them. */
export interface JudgedSet {
  figures: TestFigures;
  answers: Answer[];
}

export interface Corpora {
  ferplus: FaceSet;
  ravdess: SpeechSet;
  emodb: SpeechSet;
  nemo: SpeechSet;
  goemotions: TextSet;
  meld: TextSet;
}

export async function readCorpora(prepared: string, split: 'valid' | 'test'): Promise<Corpora> {
  return {
    ferplus: await readPrepared<FaceSet>(prepared, `ferplus-${split}`),
    ravdess: await readPrepared<SpeechSet>(prepared, 'ravdess'),
    emodb: await readPrepared<SpeechSet>(prepared, 'emodb'),
    nemo: await readPrepared<SpeechSet>(prepared, 'nemo'),
    goemotions: await readTexts(prepared, `goemotions-${split}`),
    meld: await readTexts(prepared, `meld-${split}`),
  };
}

const speakersOf = (set: SpeechSet, split: 'valid' | 'test'): number[] =>
  [...new Set(clipsOf(set, split).map((clip) => set.speakers[clip]! % 100))].sort((a, b) => a - b);

const namesOfNemo = (set: SpeechSet, split: 'valid' | 'test'): string =>
  [...new Set(clipsOf(set, split).map((clip) => NEMO_SPEAKERS[set.speakers[clip]! - FIRST_SPEAKER.nemo]!))].join(', ');

/** Each text's labels. */
const truthsOf = ({ targets }: TextSet, rows: readonly number[]): boolean[][] =>
  rows.map((row) => EMOTIONS.map((_, k) => targets[row * EMOTIONS.length + k]! > 0));

/** The sets of one modality each. @returns by name, and the examples for triples */
export async function judgeModalities(
  judge: Judge,
  corpora: Corpora,
  split: 'valid' | 'test',
): Promise<{ sets: Record<string, JudgedSet>; pools: Record<Modality, Example[]> }> {
  const { ferplus, ravdess, emodb, nemo, goemotions, meld } = corpora;
  const faces = faceExamples(ferplus);
  const ravdessVoices = await voiceExamples(ravdess, split, judge.encoder);
  const emodbVoices = await voiceExamples(emodb, split, judge.encoder);
  const nemoVoices = await voiceExamples(nemo, split, judge.encoder);
  const texts = wordExamples(goemotions);
  const utterances = wordExamples(meld);
  const voiceText = 'mean over 3 s windows, voice alone';
  const plan: [string, Example[], string, string, SpeechSet?][] = [
    [
      `ferplus_${split}`,
      faces,
      'picture',
      `FER+ ${split === 'test' ? 'PrivateTest' : 'PublicTest'}, 7 classes, majority of the votes; ties, contempt, unknown and not-a-face left out; ${PICTURE_SHOWN}`,
    ],
    [
      `ravdess_${split}`,
      ravdessVoices,
      'clip',
      `RAVDESS actors ${speakersOf(ravdess, split).join(', ')} (none seen in training), 7 classes (calm = neutral); ${voiceText}`,
      ravdess,
    ],
    [
      `emodb_${split}`,
      emodbVoices,
      'clip',
      `EMO-DB speakers ${speakersOf(emodb, split).join(', ')} (not seen in training), 6 classes (no boredom), 7 offered; ${voiceText}; not leave-one-speaker-out`,
      emodb,
    ],
    [
      `nemo_${split}`,
      nemoVoices,
      'clip',
      `nEMO speaker ${namesOfNemo(nemo, split)} (not seen in training), Polish, 6 classes (no disgust), 7 offered; ${voiceText}; one speaker of seven`,
      nemo,
    ],
    [
      `goemotions_ekman_single_${split}`,
      texts,
      'text',
      `GoEmotions ${split}, Ekman mapping, texts with one label only, top answer; words alone`,
    ],
    [
      `meld_${split}`,
      utterances,
      'utterance',
      `MELD ${split}, words of each utterance without context but whether the speaker changed; words alone`,
    ],
  ];
  const sets: Record<string, JudgedSet> = {};
  for (const [name, examples, unit, protocol, speech] of plan) {
    const answers = await answersOf(judge, examples, progressOf(name, judge.log));
    const speakers = speech && answers.map(({ group }) => speech.speakers[group]!);
    const options = { protocol, unit, ...(speakers ? { speakers } : {}) };
    const otherwise = await shownOtherwise(judge, examples, speech, options);
    sets[name] = { figures: { ...testFigures(answers, options), ...otherwise }, answers };
    judge.log(line(name, sets[name].figures));
  }
  return { sets, pools: { face: faces, voice: ravdessVoices, words: [...texts, ...utterances] } };
}

/** The same examples as a call may get them, too: voices that no encoder hears, faces that are seen once a second. */
async function shownOtherwise(
  judge: Judge,
  examples: readonly Example[],
  speech: SpeechSet | undefined,
  options: SetOptions,
): Promise<Partial<TestFigures>> {
  if (speech) return withoutEncoders(judge, speech, examples);
  if (!examples.some(({ input }) => input.face)) return {};
  const once = testFigures(await answersOf(judge, shownOnce(examples)), options);
  const { accuracy, uar, macro_f1, recall, ece } = once;
  return { shown_once: { accuracy, uar, macro_f1, recall, ece } };
}

/** The same examples of voices as where no voice encoder is installed; nothing where none is. */
export async function withoutEncoders(
  judge: Judge,
  set: SpeechSet,
  examples: readonly Example[],
): Promise<Pick<TestFigures, 'without_encoders'>> {
  if (!judge.encoder) return {};
  const answers = await answersOf(judge, withoutHeard(examples));
  return {
    without_encoders: briefFigures(
      answers.map((answer) => ({ ...answer, clip: answer.group, speaker: set.speakers[answer.group]! })),
    ),
  };
}

/** GoEmotions as published: several labels, thresholds from the validation split. */
export async function judgeMultiLabel(judge: Judge, valid: TextSet, test: TextSet): Promise<TestFigures> {
  const run = async (name: string, set: TextSet) => {
    const answers = await answersOf(judge, wordExamples(set, true), progressOf(name, judge.log));
    return {
      answers,
      truths: truthsOf(
        set,
        answers.map(({ group }) => group),
      ),
    };
  };
  const chosen = await run('goemotions_ekman_valid', valid);
  const thresholds = chooseThresholds(
    chosen.answers.map(({ probabilities }) => probabilities),
    chosen.truths,
  );
  const { answers, truths } = await run('goemotions_ekman_test', test);
  const result = multiLabelTestFigures(answers, truths, thresholds, {
    protocol:
      'GoEmotions test, Ekman mapping, all texts, several labels (Demszky et al. 2020): a label is answered where its probability reaches a threshold chosen per class on the validation split; F1 and recall are of labels; accuracy and calibration of the top answer, right where it is one of the labels; words alone',
    unit: 'text',
  });
  judge.log(line('goemotions_ekman_test', result));
  return result;
}

const TRIPLES = 3000;

/** Triples of a split's examples: modalities missing, and modalities that are wrong. SYNTHETIC all. */
export async function judgeTriples(
  judge: Judge,
  pools: Record<Modality, Example[]>,
  split: 'valid' | 'test',
  count = TRIPLES,
): Promise<Record<string, JudgedSet>> {
  const rng = new Rng(1);
  const maker = new TripleMaker(pools);
  const agreeing = maker.agreeing(count, rng.fork());
  const out: Record<string, JudgedSet> = {};
  if (agreeing.length === 0) return out;
  const what = `${count} label-matched triples of ${split === 'test' ? 'test' : 'validation'} examples of FER+, RAVDESS and GoEmotions/MELD of different people; labels drawn evenly`;
  const present: NonNullable<TestFigures['present']> = {};
  for (const pattern of PATTERNS) {
    const name = pattern.join('+');
    const answers = await answersOf(judge, tripleExamples(agreeing, pattern), progressOf(`triples ${name}`, judge.log));
    const protocol = `SYNTHETIC: ${what}; shows the fusing of agreeing modalities and nothing about people`;
    const result = testFigures(answers, { protocol, unit: 'triple' });
    present[name] = { accuracy: result.accuracy, uar: result.uar };
    if (pattern.length < MODALITIES.length) continue;
    out[`synthetic_triples_${split}`] = { figures: { ...result, present, alone: aloneOf(answers) }, answers };
    judge.log(line(`synthetic_triples_${split}`, result));
  }
  for (const wrong of MODALITIES) {
    const name = `synthetic_conflict_${wrong}_${split}`;
    const triples = maker.conflicting(agreeing, wrong, rng.fork());
    if (triples.length === 0) continue;
    const answers = await answersOf(judge, tripleExamples(triples), progressOf(name, judge.log));
    const protocol = `SYNTHETIC: ${what}, but the ${wrong} example drawn evenly from another label; the truth is the label of the other two`;
    const misled = answers.filter(({ top }, i) => top === triples[i]!.parts[wrong].label).length / answers.length;
    const result = testFigures(answers, { protocol, unit: 'triple' });
    out[name] = { figures: { ...result, alone: aloneOf(answers), misled: Number(misled.toFixed(4)) }, answers };
    judge.log(line(name, result));
  }
  return out;
}

const aloneOf = (answers: readonly Answer[]): Record<Modality, number> => ({
  face: headRates(answers, 'face').accuracy,
  voice: headRates(answers, 'voice').accuracy,
  words: headRates(answers, 'words').accuracy,
});

export function line(name: string, { accuracy, uar, macro_f1, weighted_f1, ece, n }: TestFigures): string {
  const shown = { accuracy, uar, 'macro-F1': macro_f1, 'weighted F1': weighted_f1, ece };
  const text = Object.entries(shown).map(([key, value]) => `${key} ${value.toFixed(3)}`);
  return `${name}: ${text.join(' ')} n ${n}`;
}
