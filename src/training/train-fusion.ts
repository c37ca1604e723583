import * as tf from '@tensorflow/tfjs-core';
import { EMOTIONS, MODALITIES, type Modality } from '../common/emotions.js';
import type { Calibration, NamedWeights } from '../inference/model-format.js';
import { calibrate, fusedLogits, groupByKey, isOfBursts, pick } from './calibrate-fusion.js';
import { affectOf } from './circumplex.js';
import type { FaceSet } from './data/ferplus.js';
import { readPrepared } from './data/prepared.js';
import type { SpeechSet } from './data/speech.js';
import { readTexts } from './data/text.js';
import { fit, type FitResult } from './fit.js';
import { foldBatchNorm } from './fold.js';
import { readLeftOutAnswers } from './left-out-answers.js';
import {
  encodeFaces,
  encodeVoices,
  encodeWords,
  heardBursts,
  joinSets,
  type EncodedSet,
  type Half,
} from './fusion-data.js';
import { TripleSampler } from './fusion-sampler.js';
import { openVoiceEncoder } from './heard/installed-encoder.js';
import type { SecondEncoder } from './heard/seconds.js';
import { headLoss } from './loss.js';
import { figures } from './metrics.js';
import { AdamW } from './optimiser.js';
import { probabilities } from './predict.js';
import { Rng } from './rng.js';
import { isEmogator } from './speakers.js';
import { clipsOf } from './splits.js';
import { TrainingLayers } from './training-layers.js';
import {
  BUILT_IN_CORPORA,
  BURST_CORPORA,
  FUSION_CONFLICT,
  SPEECH_CORPORA,
  WORDS_CORPORA,
  type BuiltInCorpus,
  type TrainOptions,
} from './train-options.js';
import { readWeights } from './weights-store.js';

const BATCH = 256;
const STEPS = 60;
const JUDGED = 6000;
/** Validation speakers on whose clips fusion is judged; it is fitted on the others'. Of bursts every other one of many. */
const JUDGE_SPEAKERS = new Set([117, 213]);
/** Clips of a corpus, about: so that none is most of the voices. */
const VOICES_OF_A_CORPUS = 200;

export interface FusionResult extends FitResult {
  calibration: Calibration;
}

/**
 * Fusion and the attention over crops, on label-matched triples. The encoders are frozen, and it sees only validation
 * data: on their own training data the encoders are surer than they will ever be again. One half is fitted, the other
 * chooses the epoch, the temperatures and the threshold.
 */
export async function trainFusion(options: TrainOptions & { weights: string }): Promise<FusionResult> {
  const { prepared, seed, epochs = 16, without = [], onBest, control, log } = options;
  const corpora = BUILT_IN_CORPORA.filter((corpus) => !without.includes(corpus));
  const rng = new Rng(seed);
  const parts = await Promise.all(MODALITIES.map((part) => readWeights(options.weights, part)));
  const trained = new Map(parts.flatMap(({ weights }) => [...weights]));
  const folded = foldBatchNorm(trained);
  const encoder = await openVoiceEncoder();
  const encode = (half: Half) => encodeHalf({ prepared, corpora, folded, half, rng, encoder });
  const fitSets = await encode('fit');
  const fitting = new TripleSampler(fitSets, rng.fork());
  const judgeSets = await encode('judge');
  await encoder?.close();
  const bursts = fitSets.voice.burst?.includes(true) ?? false;
  const judging = new TripleSampler(judgeSets, rng.fork());
  const judged = Array.from({ length: JUDGED }, () => judging.draw(0, 0.4));

  const layers = new TrainingLayers(rng.fork());
  layers.restore(new Map([...trained].filter(([name]) => isHead(name))));
  // Makes the variables of fusion itself.
  tf.tidy(() => void fitting.forward(layers, [fitting.draw(0, 0)]));

  const result = await fit({
    layers,
    optimiser: new AdamW({ weightDecay: 0.1, clipNorm: 2, averageDecay: 0.99 }),
    epochs,
    stepsPerEpoch: STEPS,
    learningRate: 1e-3,
    frozen: isHead,
    loss: () => {
      const triples = Array.from({ length: BATCH }, () => fitting.draw(FUSION_CONFLICT, 0.2));
      const targets = triples.map(({ label }) => EMOTIONS.map((_, i) => 0.01 + (i === label ? 0.93 : 0)));
      const output = fitting.forward(layers, triples);
      return headLoss(output, tf.tensor2d(targets), tf.tensor2d(targets.map(affectOf)));
    },
    validate: (weights) => {
      const logits = fusedLogits(weights, judging, judged);
      const byKey = groupByKey(judged, judging.sets);
      const accuracies = [...byKey].map(([key, rows]) => {
        const labels = rows.map((row) => judged[row]!.label);
        const result = figures(probabilities(pick(logits, rows)), labels, EMOTIONS.length);
        return { key, accuracy: result.accuracy, uar: result.uar };
      });
      const chosenBy = accuracies.filter(({ key }) => !isOfBursts(key));
      const score = chosenBy.reduce((sum, { accuracy, uar }) => sum + accuracy + uar, 0) / chosenBy.length / 2;
      const text = accuracies.map(({ key, accuracy }) => `${key} ${(100 * accuracy).toFixed(0)}`).join(', ');
      return { score, text };
    },
    ...(onBest ? { onBest: (best: FitResult) => onBest({ ...best, weights: fusionOnly(best.weights), bursts }) } : {}),
    control,
    log,
  });
  const halves = [fitSets, judgeSets];
  const leftOut = await readLeftOutAnswers(options.weights, halves.flatMap(({ voice }) => voice.labels).length);
  log(`voices are calibrated ${leftOut ? 'on corpora left out, too' : 'without corpora left out'}`);
  const calibration = calibrate({
    weights: result.weights,
    sampler: judging,
    triples: judged,
    halves,
    leftOut,
    log,
  });
  return { ...result, weights: fusionOnly(result.weights), calibration, bursts };
}

const isHead = (name: string): boolean => /^(?:face|voice|words)\/(?:logits|affect)\//u.test(name);

function fusionOnly(weights: ReadonlyMap<string, NamedWeights>): Map<string, NamedWeights> {
  return new Map([...weights].filter(([name]) => !isHead(name)));
}

async function encodeHalf({
  prepared,
  corpora,
  folded,
  half,
  rng,
  encoder,
}: {
  prepared: string;
  corpora: readonly BuiltInCorpus[];
  folded: ReadonlyMap<string, NamedWeights>;
  half: Half;
  rng: Rng;
  encoder: SecondEncoder | null;
}): Promise<Record<Modality, EncodedSet>> {
  const faces = await readPrepared<FaceSet>(prepared, 'ferplus-valid');
  const voices: EncodedSet[] = [];
  for (const name of SPEECH_CORPORA.filter((corpus) => corpora.includes(corpus))) {
    const set = await readPrepared<SpeechSet>(prepared, name);
    voices.push(await encodeVoices(folded, set, clipsOfHalf(set, half), rng, encoder));
  }
  for (const name of BURST_CORPORA.filter((corpus) => encoder && corpora.includes(corpus))) {
    const set = await readPrepared<SpeechSet>(prepared, name);
    voices.push(heardBursts(await encodeVoices(folded, set, clipsOfHalf(set, half), rng, encoder)));
  }
  const words: EncodedSet[] = [];
  for (const name of WORDS_CORPORA.filter((corpus) => corpora.includes(corpus))) {
    words.push(encodeWords(folded, await readTexts(prepared, `${name}-valid`), half, rng));
  }
  return { face: encodeFaces(folded, faces, half, rng), voice: joinSets(...voices), words: joinSets(...words) };
}

/** A validation speaker's clips are of one half. Where there is but one speaker, every other clip. */
function clipsOfHalf(set: SpeechSet, half: Half): number[] {
  const clips = clipsOf(set, 'valid');
  const every = Math.max(1, Math.round(clips.length / VOICES_OF_A_CORPUS));
  const isAlone = new Set(clips.map((i) => set.speakers[i])).size === 1;
  const isJudgeSpeaker = (speaker: number): boolean =>
    isEmogator(speaker) ? Math.floor(speaker / 10) % 2 === 1 : JUDGE_SPEAKERS.has(speaker);
  const isJudged = (clip: number, at: number): boolean =>
    isAlone ? Math.floor(at / every) % 2 === 1 : isJudgeSpeaker(set.speakers[clip]!);
  return clips.filter((clip, at) => at % every === 0 && isJudged(clip, at) === (half === 'judge'));
}
